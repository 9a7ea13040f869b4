//! Which file a path leads to, where several names may lead to one.
//!
//! - `Identity`: two paths with one identity lead to one file.
//! - `identity(path)`: links are followed, as who asks means the file. `None`: the system does not
//!   say.
//! - `device_of(path)`: the file system that a path leads to, or `None`.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::{Identity, device_of, identity};
#[cfg(windows)]
pub(crate) use windows::{Identity, device_of, identity};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_names_of_one_file_have_one_identity_and_copies_have_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a"), "content").expect("a file");
        std::fs::hard_link(at("a"), at("again")).expect("a second name");
        std::fs::copy(at("a"), at("copy")).expect("a copy");
        std::fs::create_dir(at("folder")).expect("a folder in it");
        let known = identity(&at("a"));
        assert!(known.is_some());
        assert_eq!(identity(&at("again")), known);
        assert_eq!(identity(&at("folder/../a")), known);
        assert_ne!(identity(&at("copy")), known);
        assert_eq!(identity(&at("gone")), None);
        assert!(identity(&at("folder")).is_some());
        assert_eq!(device_of(&at("folder")), device_of(&at("a")));
        assert!(device_of(&at("a")).is_some());
    }
}
