//! What a manager has, as other processes see and change it, over both ways to it.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use workers::shared::manager::{Dict, Error, Key, List, Lock, Manager, Over, Queue, Token, Value};

use crate::family::{Kin, PATIENCE, Role, start};

pub const ROLES: &[Role] = &[
    ("change everything", change_everything),
    ("change over tcp", change_over_tcp),
    ("add with seven others", add_with_seven_others),
];

crate::trials! {
    what_a_child_changes_the_parent_sees,
    what_a_child_changes_a_parent_sees_that_stays_awake,
    over_tcp_a_child_with_the_key_changes_things_too,
    a_wrong_key_is_called_one_and_none_is_asked_for,
    eight_clients_at_once_lose_nothing,
    eight_clients_that_stay_awake_lose_nothing,
    nobody_waits_longer_than_asked,
    a_manager_says_how_much_processor_time_it_took,
    a_token_of_another_kind_or_type_is_refused_by_name,
    a_value_that_is_too_long_is_refused_and_the_proxy_goes_on,
    what_takes_many_messages_arrives_whole,
    what_strangers_send_harms_nobody,
    strangers_that_say_nothing_keep_nobody_out,
    a_token_that_was_changed_is_none,
}

fn local() -> Manager {
    Manager::start(Over::Local).expect("a manager")
}

/// Both ways, and sides that look for each other for a moment before they sleep.
fn awake() -> [Manager; 2] {
    let key = Key::random().unwrap();
    [Over::Local, Over::Tcp(key)]
        .map(|over| Manager::start_awake(over, Duration::from_millis(1)).expect("a manager"))
}

fn opened<P>(text: &str) -> P
where
    Token<P>: std::str::FromStr<Err = workers::shared::BadToken>,
    P: Opens,
{
    P::opened(text)
}

/// Every proxy, from its token's text.
pub trait Opens: Sized {
    fn opened(text: &str) -> Self;
}

macro_rules! opens {
    ($($proxy:ty),*) => {
        $(impl Opens for $proxy {
            fn opened(text: &str) -> Self {
                text.parse::<Token<Self>>().expect("a token").open().expect("an object")
            }
        })*
    };
}
opens!(
    Dict<String, u64>,
    List<String>,
    List<u64>,
    Value<Vec<u8>>,
    Queue<(u8, String)>,
    Queue<u64>,
    Lock
);

type Counts = Dict<String, u64>;

fn change_everything(arguments: &[String]) {
    let counts: Counts = opened(&arguments[0]);
    let names: List<String> = opened(&arguments[1]);
    let value: Value<Vec<u8>> = opened(&arguments[2]);
    let queue: Queue<(u8, String)> = opened(&arguments[3]);
    assert_eq!(counts.insert("old", &2).unwrap(), Some(1));
    assert_eq!(counts.remove("gone").unwrap(), Some(7));
    counts
        .update("new", |none| Some(none.map_or(10, |n| n + 1)))
        .unwrap();
    names.push(&"second".to_owned()).unwrap();
    names.insert(0, &"zeroth".to_owned()).unwrap();
    assert_eq!(names.set(1, &"FIRST".to_owned()).unwrap(), "first");
    assert_eq!(value.swap(&vec![4, 5]).unwrap(), [1, 2, 3]);
    let (number, text) = queue.get().unwrap();
    queue.put(&(number + 1, text + "!")).unwrap();
    queue.task_done().unwrap();
}

fn what_a_child_changes_the_parent_sees() {
    let_a_child_change_everything(&local());
}

fn what_a_child_changes_a_parent_sees_that_stays_awake() {
    let [local, tcp] = awake();
    let_a_child_change_everything(&local);
    // Over TCP, as a child would need the key.
    let list = tcp.list::<u64>().unwrap();
    for n in 0..100 {
        list.push(&n).unwrap();
        // Longer than it stays awake, now and then.
        if n % 25 == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    assert!(list.snapshot().unwrap().into_iter().eq(0..100));
}

fn let_a_child_change_everything(manager: &Manager) {
    let counts = manager.dict::<String, u64>().unwrap();
    let names = manager.list::<String>().unwrap();
    let value = manager.value(&vec![1_u8, 2, 3]).unwrap();
    let queue = manager.queue::<(u8, String)>(4).unwrap();
    counts
        .extend([("old".to_owned(), 1), ("gone".to_owned(), 7)])
        .unwrap();
    names.push(&"first".to_owned()).unwrap();
    queue.put(&(1, "hello".to_owned())).unwrap();

    start(
        "change everything",
        &[
            &counts.token(),
            &names.token(),
            &value.token(),
            &queue.token(),
        ],
    )
    .succeeds();

    let entries: BTreeMap<String, u64> = counts.entries().unwrap().into_iter().collect();
    let expected = [("new".to_owned(), 10), ("old".to_owned(), 2)];
    assert_eq!(entries, BTreeMap::from(expected));
    assert_eq!(names.snapshot().unwrap(), ["zeroth", "FIRST", "second"]);
    assert_eq!(value.get().unwrap(), [4, 5]);
    assert_eq!(queue.get().unwrap(), (2, "hello!".to_owned()));
    assert_eq!(queue.not_done().unwrap(), 1);
    queue.task_done().unwrap();
    queue.join().unwrap();
    assert!(matches!(queue.task_done(), Err(Error::NothingToDo)));
}

fn change_over_tcp(arguments: &[String]) {
    let mut key = [0; 32];
    // A test's key may be seen.
    for (byte, digits) in key.iter_mut().zip(arguments[1].as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
    }
    let token: Token<List<u64>> = arguments[0].parse().unwrap();
    let list = token.open_with(&Key::from_bytes(key)).unwrap();
    list.update(0, |n| n + 1).unwrap();
}

fn over_tcp_a_child_with_the_key_changes_things_too() {
    let key = Key::random().unwrap();
    let manager = Manager::start(Over::Tcp(key)).unwrap();
    let list = manager.list::<u64>().unwrap();
    list.push(&41).unwrap();
    let digits: String = key.to_bytes().map(|byte| format!("{byte:02x}")).concat();
    start("change over tcp", &[&list.token(), &digits]).succeeds();
    assert_eq!(list.pop().unwrap(), Some(42));
}

fn a_wrong_key_is_called_one_and_none_is_asked_for() {
    let key = Key::from_bytes([1; 32]);
    let manager = Manager::start(Over::Tcp(key)).unwrap();
    let list = manager.list::<u64>().unwrap();
    let token = list.token();
    for wrong in [[0; 32], [2; 32]].map(Key::from_bytes) {
        assert!(matches!(token.open_with(&wrong), Err(Error::WrongKey)));
    }
    assert!(matches!(token.open(), Err(Error::KeyNeeded)));
    // The key is not in the token, whichever way it is written.
    assert!(!token.to_string().contains("0101010101"));
    assert!(!format!("{key:?}").contains('1'));
    token.open_with(&key).unwrap().push(&1).unwrap();
    assert_eq!(list.len().unwrap(), 1);
}

const EACH: u64 = 500;

fn add_with_seven_others(arguments: &[String]) {
    let counts: Counts = opened(&arguments[0]);
    let list: List<u64> = opened(&arguments[1]);
    let queue: Queue<u64> = opened(&arguments[2]);
    let lock: Lock = opened(&arguments[3]);
    for n in 0..EACH {
        // Read and written in two steps under the lock: this is what loses without one.
        let held = lock.acquire().unwrap();
        assert!(!held.is_abandoned());
        let before = counts.get("locked").unwrap().unwrap_or(0);
        counts.insert("locked", &(before + 1)).unwrap();
        drop(held);
        counts
            .update("updated", |n| Some(n.unwrap_or(&0) + 1))
            .unwrap();
        list.push(&n).unwrap();
        queue.put(&n).unwrap();
    }
}

fn eight_clients_at_once_lose_nothing() {
    let_eight_add(&local());
}

fn eight_clients_that_stay_awake_lose_nothing() {
    let [local, _] = awake();
    let_eight_add(&local);
}

fn let_eight_add(manager: &Manager) {
    let counts = manager.dict::<String, u64>().unwrap();
    let list = manager.list::<u64>().unwrap();
    let queue = manager.queue::<u64>(10).unwrap();
    let lock = manager.lock().unwrap();
    let (a, b, c, d) = (counts.token(), list.token(), queue.token(), lock.token());
    let clients = [(); 8].map(|()| start("add with seven others", &[&a, &b, &c, &d]));
    let mut sum = 0;
    for _ in 0..8 * EACH {
        sum += queue.get_timeout(PATIENCE).unwrap().expect("a message");
    }
    clients.into_iter().for_each(Kin::succeeds);
    assert_eq!(sum, 8 * EACH * (EACH - 1) / 2);
    assert_eq!(queue.try_get().unwrap(), None);
    assert_eq!(counts.get("locked").unwrap(), Some(8 * EACH));
    assert_eq!(counts.get("updated").unwrap(), Some(8 * EACH));
    let mut all = list.snapshot().unwrap();
    all.sort_unstable();
    let expected: Vec<u64> = (0..EACH).flat_map(|n| [n; 8]).collect();
    assert_eq!(all, expected);
}

fn a_manager_says_how_much_processor_time_it_took() {
    let manager = local();
    let list = manager.list::<u64>().unwrap();
    let Some(before) = manager.processor_time().unwrap() else {
        panic!("every system that this runs on tells");
    };
    // The system may count in hundredths of a second.
    crate::family::wait_until(|| {
        (0..1_000).for_each(|n| list.push(&n).unwrap());
        manager.processor_time().unwrap() > Some(before)
    });
}

fn nobody_waits_longer_than_asked() {
    // The last is longer than the time between two signs of life.
    wait_no_longer(&local(), &[0, 1, 40, 1_500]);
    let [awake, _] = awake();
    wait_no_longer(&awake, &[0, 1, 40]);
}

fn wait_no_longer(manager: &Manager, limits: &[u64]) {
    let lock = manager.lock().unwrap();
    let queue = manager.queue::<u64>(1).unwrap();
    let held = lock.acquire().unwrap();
    for limit in limits.iter().copied().map(Duration::from_millis) {
        let waits: [&dyn Fn(); 4] = [
            &|| assert!(lock.acquire_timeout(limit).unwrap().is_none()),
            &|| assert_eq!(queue.get_timeout(limit).unwrap(), None),
            &|| {
                queue.put(&1).unwrap();
                assert!(!queue.put_timeout(&2, limit).unwrap());
            },
            &|| assert!(!queue.join_timeout(limit).unwrap()),
        ];
        for wait in waits {
            let asked = Instant::now();
            wait();
            assert!(asked.elapsed() >= limit);
            assert!(asked.elapsed() < limit + Duration::from_secs(5));
        }
        assert_eq!(queue.get().unwrap(), 1);
        queue.task_done().unwrap();
    }
    held.into_guard().release().unwrap();
    assert!(lock.try_acquire().unwrap().is_some());
    assert!(queue.try_put(&3).unwrap() && !queue.try_put(&4).unwrap());
}

fn a_token_of_another_kind_or_type_is_refused_by_name() {
    let manager = local();
    let text = manager.dict::<String, u64>().unwrap().token().to_string();
    let kind = text.parse::<Token<List<u64>>>().unwrap().open();
    let types = text.parse::<Token<Dict<String, i64>>>().unwrap().open();
    for error in [kind.unwrap_err(), types.unwrap_err()] {
        let Error::Kind { found, wanted } = &error else {
            panic!("{error}");
        };
        assert!(
            found.contains("dictionary") && found.contains("u64"),
            "{error}"
        );
        assert_ne!(found, wanted);
    }
}

fn a_value_that_is_too_long_is_refused_and_the_proxy_goes_on() {
    let manager = local();
    let value = manager.value(&vec![1_u8]).unwrap();
    let most = 64 * 1024 * 1024;
    assert!(matches!(
        value.set(&vec![0; most]),
        Err(Error::TooLarge { bytes, .. }) if bytes > most
    ));
    assert_eq!(value.get().unwrap(), [1]);
    let long = vec![7; most - 100];
    value.set(&long).unwrap();
    assert!(value.get().unwrap() == long);
}

fn what_takes_many_messages_arrives_whole() {
    let manager = local();
    let list = manager.list::<Vec<u8>>().unwrap();
    let dict = manager.dict::<u32, Vec<u8>>().unwrap();
    // Some pieces hold many, and some values are longer than a piece.
    let lengths = (0..3_000).map(|n| if n % 1_000 == 7 { 700_000 } else { n });
    let values: Vec<Vec<u8>> = lengths.map(|length| vec![length as u8; length]).collect();
    list.extend(values.iter().cloned()).unwrap();
    dict.extend((0..).zip(values.iter().cloned())).unwrap();
    assert!(list.snapshot().unwrap() == values);
    assert!(list.range(5..=1_010).unwrap() == values[5..=1_010]);
    let keys: Vec<u32> = (0..3_001).collect();
    let found = dict.get_many(&keys).unwrap();
    assert!(found.iter().flatten().eq(&values) && found[3_000].is_none());
    let mut entries = dict.entries().unwrap();
    entries.sort_unstable_by_key(|entry| entry.0);
    assert!(entries.iter().map(|entry| &entry.1).eq(&values));

    let mut back = Vec::new();
    while back.len() < values.len() {
        back.extend(list.pop_first_many(usize::MAX).unwrap());
    }
    assert!(back == values && list.is_empty().unwrap());
    assert_eq!(dict.remove_many(&keys).unwrap(), 3_000);

    let queue = manager.queue(50).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| queue.put_all(0..5_000_u64).unwrap());
        let mut next = 0;
        while next < 5_000 {
            for got in queue.get_many(70, Some(PATIENCE)).unwrap() {
                assert_eq!(got, next);
                next += 1;
            }
        }
    });
}

fn call(manager: &Manager) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", manager.port().unwrap())).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn ends(mut stream: TcpStream) -> bool {
    match std::io::copy(&mut stream, &mut std::io::sink()) {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

fn what_strangers_send_harms_nobody() {
    let key = Key::random().unwrap();
    let manager = Manager::start(Over::Tcp(key)).unwrap();
    let list = manager.list::<u64>().unwrap();
    list.push(&1).unwrap();
    let hello = b"thawsum\x01\x02\0\0\0";
    let mut speeches: Vec<Vec<u8>> = vec![
        Vec::new(),
        vec![0xff; 100_000],
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        // In the right form, with proofs that are none.
        [&hello[..], &[0; 64]].concat(),
        [&hello[..], &[0; 64], &[0xff; 1_000_000]].concat(),
    ];
    speeches.extend((0..40).map(|n| vec![n as u8; n]));
    for speech in speeches {
        let mut stream = call(&manager);
        // It may be turned away before all is said.
        let _ = stream.write_all(&speech);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        assert!(ends(stream));
        assert_eq!(list.token().open_with(&key).unwrap().len().unwrap(), 1);
    }
    // Who says nothing is turned away after some seconds.
    let began = Instant::now();
    assert!(ends(call(&manager)));
    assert!(began.elapsed() < PATIENCE / 2);
    assert!(manager.ended().is_none());
}

fn strangers_that_say_nothing_keep_nobody_out() {
    let key = Key::random().unwrap();
    let manager = Manager::start(Over::Tcp(key)).unwrap();
    let list = manager.list::<u64>().unwrap();
    let _silent: Vec<TcpStream> = (0..300).map(|_| call(&manager)).collect();
    let began = Instant::now();
    for _ in 0..20 {
        list.token().open_with(&key).unwrap().push(&1).unwrap();
    }
    assert!(began.elapsed() < Duration::from_secs(4));
    assert_eq!(list.len().unwrap(), 20);
}

fn a_token_that_was_changed_is_none() {
    let manager = local();
    let list = manager.list::<u64>().unwrap();
    let text = list.token().to_string();
    for bad in [&text[..text.len() - 2], &format!("{text}00"), "", "x"] {
        assert!(bad.parse::<Token<List<u64>>>().is_err());
    }
    // The last bytes are the object's number and the secret's end.
    let at = text.len() - 4;
    let digit = if &text[at..=at] == "0" { "1" } else { "0" };
    let changed = format!("{}{digit}{}", &text[..at], &text[at + 1..]);
    let token: Token<List<u64>> = changed.parse().unwrap();
    assert!(matches!(token.open(), Err(Error::WrongKey)));
}
