//! macOS: documents come to `application:openURLs:` of the application's delegate.
//!
//! winit 0.30 makes the delegate, whose class has no such method, and does not run with another.
//! So the delegate gets a class of ours, which inherits from its own and adds that one method: what
//! key-value observing does to any object. Rejected:
//!
//! - A handler for the Apple event `odoc` with `NSAppleEventManager`. AppKit sets its own in
//!   `finishLaunching`, over one that was set before; one that is set later, from winit's `resumed`,
//!   misses the documents that the program was started with.
//! - `class_addMethod` on winit's class: as good, but nothing compares the types then.
//! - `application:openFiles:`, which older systems than 10.13 need, and which wants an answer.
//!
//! AppKit asks the delegate whether it has the method when documents come, not when the delegate is
//! set. With documents to open at the start, it calls between `applicationWillFinishLaunching:` and
//! `applicationDidFinishLaunching:`; winit makes the window in the latter, and the queue bridges that.
#![expect(
    unsafe_code,
    reason = "Objective-C: a class that is made at run time, and an object that changes to it"
)]

use std::sync::OnceLock;

use objc2::runtime::{AnyClass, AnyObject, ClassBuilder, Sel};
use objc2::{MainThreadMarker, sel};
use objc2_app_kit::NSApplication;
use objc2_foundation::{NSArray, NSDictionary, NSString, NSURL, NSUserDefaults, ns_string};

use super::Opened;

/// For the method, which has no other way to it: a class may not get instance variables here.
/// A process has one application.
static OPENED: OnceLock<Opened> = OnceLock::new();

pub(super) fn listen(opened: &Opened) {
    arguments_are_ours();
    let Some(main_thread) = MainThreadMarker::new() else {
        return;
    };
    if OPENED.set(opened.clone()).is_err() {
        return;
    }
    let Some(delegate) = NSApplication::sharedApplication(main_thread).delegate() else {
        return;
    };
    let delegate: &AnyObject = (*delegate).as_ref();
    let Some(mut class) = ClassBuilder::new(c"ThawsumApplicationDelegate", delegate.class()) else {
        return;
    };
    // SAFETY: the function has the types that AppKit calls this method with: the object, the selector,
    // the application and an array of URLs, none of which is nil; and it returns nothing.
    unsafe {
        class.add_method(
            sel!(application:openURLs:),
            open_urls as extern "C-unwind" fn(_, _, _, _),
        );
    }
    let class: &AnyClass = class.register();
    // SAFETY: the class is a direct heir of the one that the object has, adds no instance variables and
    // overrides no method. Nobody else changes it meanwhile: a delegate is used on the main thread
    // alone, which this is.
    unsafe { AnyObject::set_class(delegate, class) };
}

/// AppKit takes arguments for documents, and would open what the command line has opened already: the
/// two sides of a comparison as two folders to hash. A default that is registered is not written
/// anywhere, and one that the user sets goes before it.
fn arguments_are_ours() {
    // A text, not a number: that is how arguments are given to `NSUserDefaults`, where this one is from.
    let no: &AnyObject = ns_string!("NO").as_ref();
    let defaults = NSDictionary::<NSString, AnyObject>::from_slices(
        &[ns_string!("NSTreatUnknownArgumentsAsOpen")],
        &[no],
    );
    // SAFETY: keys are texts, and values what property lists can hold.
    unsafe { NSUserDefaults::standardUserDefaults().registerDefaults(&defaults) };
}

/// On the main thread, between other events. Nothing in it can panic or wait.
extern "C-unwind" fn open_urls(
    _delegate: &AnyObject,
    _method: Sel,
    _application: &NSApplication,
    urls: &NSArray<NSURL>,
) {
    let paths = urls.iter().filter(|url| url.isFileURL());
    // Foundation decodes the percent signs.
    let paths = paths.filter_map(|url| url.to_file_path()).collect();
    if let Some(opened) = OPENED.get() {
        opened.hand_over(paths);
    }
}
