"""What Python's threading and multiprocessing do in a second, one JSON object a line.

The one argument is how many seconds each rate is measured for, at least.
"""
import json
import multiprocessing
import queue
import sys
import threading
import time
from multiprocessing.managers import SyncManager

MESSAGE = b"0" * 256
NUMBERS = 1000


class Clock:
    """Processor time of the process that has it."""

    def cpu(self):
        return time.process_time()


class Manager(SyncManager):
    pass


Manager.register("clock", Clock)


class Both:
    """Wall time, and processor time of this process and of others."""

    def __init__(self, *clocks):
        self.clocks = clocks
        self.before = sum(clock.cpu() for clock in clocks)
        self.cpu = time.process_time()
        self.wall = time.perf_counter()

    def measured(self, others=0.0):
        wall = time.perf_counter() - self.wall
        cpu = time.process_time() - self.cpu
        asked = sum(clock.cpu() for clock in self.clocks) - self.before
        return wall, cpu + asked + others


def thread_with(target, arguments):
    worker = threading.Thread(target=target, args=arguments)
    worker.start()
    return worker


def process_with(target, arguments):
    worker = multiprocessing.Process(target=target, args=arguments)
    worker.start()
    return worker


# --- objects of 256 bytes


def put_all(messages, count, report):
    begun = time.process_time()
    messages.put(b"")
    for _ in range(count):
        messages.put(MESSAGE)
    if report is not None:
        if hasattr(messages, "join_thread"):
            messages.close()
            messages.join_thread()
        report.send(time.process_time() - begun)


def get_all(messages, count, worker, heard, *clocks):
    messages.get()
    both = Both(*clocks)
    for _ in range(count):
        messages.get()
    measured = both.measured(heard.recv() if heard else 0.0)
    worker.join()
    return measured


def queue_threads(count):
    messages = queue.Queue()
    return get_all(messages, count, thread_with(put_all, (messages, count, None)), None)


def queue_processes(count):
    messages = multiprocessing.Queue()
    heard, report = multiprocessing.Pipe(False)
    worker = process_with(put_all, (messages, count, report))
    return get_all(messages, count, worker, heard)


# There is no call for many messages at once.
def queue_managed(count):
    with Manager() as manager:
        messages = manager.Queue()
        heard, report = multiprocessing.Pipe(False)
        worker = process_with(put_all, (messages, count, report))
        return get_all(messages, count, worker, heard, manager.clock())


def send_all(end, count):
    begun = time.process_time()
    end.send(b"")
    for _ in range(count):
        end.send(MESSAGE)
    end.send(time.process_time() - begun)


def pipe(count):
    here, there = multiprocessing.Pipe()
    worker = process_with(send_all, (there, count))
    here.recv()
    both = Both()
    for _ in range(count):
        here.recv()
    measured = both.measured(here.recv())
    worker.join()
    return measured


# --- acquire and release


def acquire_all(lock, count):
    for _ in range(count):
        lock.acquire()
        lock.release()


def alone(lock, count, *clocks):
    both = Both(*clocks)
    acquire_all(lock, count)
    return both.measured()


def lock_threads(count):
    return alone(threading.Lock(), count)


def lock_processes(count):
    return alone(multiprocessing.Lock(), count)


def rlock_threads(count):
    return alone(threading.RLock(), count)


def rlock_processes(count):
    return alone(multiprocessing.RLock(), count)


def lock_managed(count):
    with Manager() as manager:
        return alone(manager.Lock(), count, manager.clock())


def rlock_managed(count):
    with Manager() as manager:
        return alone(manager.RLock(), count, manager.clock())


def lock_threads_both(count):
    lock = threading.Lock()
    both = Both()
    worker = thread_with(acquire_all, (lock, count // 2))
    acquire_all(lock, count // 2)
    worker.join()
    return both.measured()


def acquire_and_report(lock, count, end):
    end.send(None)
    end.recv()
    begun = time.process_time()
    acquire_all(lock, count)
    end.send(time.process_time() - begun)


def lock_processes_both(count):
    lock = multiprocessing.Lock()
    here, there = multiprocessing.Pipe()
    worker = process_with(acquire_and_report, (lock, count // 2, there))
    here.recv()
    both = Both()
    here.send(None)
    acquire_all(lock, count // 2)
    others = here.recv()
    measured = both.measured(others)
    worker.join()
    return measured


# --- wait and notify


def answer_all(condition, count, report):
    begun = time.process_time()
    with condition:
        condition.notify()
        for _ in range(count // 2):
            condition.wait()
            condition.notify()
    if report is not None:
        report.send(time.process_time() - begun)


def ask_all(condition, count, start, heard, report, *clocks):
    with condition:
        worker = start(answer_all, (condition, count, report))
        condition.wait()
        both = Both(*clocks)
        for _ in range(count // 2):
            condition.notify()
            condition.wait()
    measured = both.measured(heard.recv() if heard else 0.0)
    worker.join()
    return measured


def condition_threads(count):
    return ask_all(threading.Condition(), count, thread_with, None, None)


def condition_processes(count):
    heard, report = multiprocessing.Pipe(False)
    condition = multiprocessing.Condition()
    return ask_all(condition, count, process_with, heard, report)


def condition_managed(count):
    with Manager() as manager:
        heard, report = multiprocessing.Pipe(False)
        condition = manager.Condition()
        return ask_all(condition, count, process_with, heard, report, manager.clock())


# --- integers from a sequence


def read_all(numbers, count, *clocks):
    both = Both(*clocks)
    for _ in range(count):
        numbers[5]
    return both.measured()


def list_alone(count):
    return read_all(list(range(NUMBERS)), count)


def array(count):
    return read_all(multiprocessing.Array("i", range(NUMBERS), lock=False), count)


def array_locked(count):
    return read_all(multiprocessing.Array("i", range(NUMBERS), lock=True), count)


def list_managed(count):
    with Manager() as manager:
        return read_all(manager.list(range(NUMBERS)), count, manager.clock())


def list_managed_many(count):
    with Manager() as manager:
        numbers = manager.list(range(NUMBERS))
        both = Both(manager.clock())
        left = count
        while left > 0:
            left -= len(numbers[:min(left, NUMBERS)])
        return both.measured()


ALL = {
    "queue-threads": queue_threads,
    "queue-processes": queue_processes,
    "pipe": pipe,
    "queue-managed": queue_managed,
    "lock-threads": lock_threads,
    "lock-processes": lock_processes,
    "lock-managed": lock_managed,
    "rlock-threads": rlock_threads,
    "rlock-processes": rlock_processes,
    "rlock-managed": rlock_managed,
    "lock-threads-both": lock_threads_both,
    "lock-processes-both": lock_processes_both,
    "condition-threads": condition_threads,
    "condition-processes": condition_processes,
    "condition-managed": condition_managed,
    "list": list_alone,
    "array": array,
    "array-locked": array_locked,
    "list-managed": list_managed,
    "list-managed-many": list_managed_many,
}


def main():
    at_least = float(sys.argv[1])
    print(json.dumps({"version": sys.version.split()[0]}), flush=True)
    for name, work in ALL.items():
        print(json.dumps({"begun": name}), flush=True)
        count = 64
        while True:
            wall, cpu = work(count)
            if wall >= at_least:
                break
            # Even, for those who share it.
            count = 2 * int(count * min(16, max(2, 1.2 * at_least / max(wall, 1e-6))) / 2)
        print(json.dumps({"name": name, "rate": count / wall, "cpu": cpu / count}), flush=True)


if __name__ == "__main__":
    main()
