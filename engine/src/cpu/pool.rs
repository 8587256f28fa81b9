//! Threads that share an operation.
//!
//! An operation cuts its outputs into tasks, and whoever is free takes the next one. Each output is computed by one thread in
//! the order in which a single one would have done it, so how many there are changes no bit of a result.
//!
//! Helpers wait between operations, a moment at work and then asleep. One that wakes too late finds nothing to do and is
//! not waited for: a busy core costs its share of the work, not more.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
#[cfg(not(target_family = "wasm"))]
use std::thread::JoinHandle;

/// Multiplications below which a thread is faster alone.
const LEAST_WORK: usize = 100_000;
/// Tasks a thread, so that one that is slower than the others, or comes later, takes fewer.
const TASKS: usize = 4;
/// Looks at whether there is something new before a thread goes to sleep: some microseconds, about as long as waking it takes. In
/// WebAssembly a look is one load, natively it tells the processor to pause.
const LOOKS: usize = if cfg!(target_family = "wasm") { 5_000 } else { 300 };
/// Most threads there may be.
const MOST: usize = 64;
/// Whether threads can share memory at all.
const SHARED: bool = cfg!(any(not(target_family = "wasm"), target_feature = "atomics"));

/// Threads for the operations of [`CpuOps`](super::CpuOps). Copies are the same threads, which serve one operation at a
/// time; whoever finds them taken works alone.
#[derive(Clone, Default)]
pub struct Pool {
    crew: Option<Arc<Crew>>,
}

struct Crew {
    /// With the one that asks.
    threads: usize,
    /// Held while an operation is shared.
    taken: Mutex<()>,
    post: Arc<Post>,
    #[cfg(not(target_family = "wasm"))]
    helpers: Vec<JoinHandle<()>>,
}

/// Where helpers find work.
#[derive(Default)]
struct Post {
    state: Mutex<State>,
    begun: Condvar,
    ended: Condvar,
    /// [`State::number`] and [`State::helping`], to be looked at while they are not locked.
    number: AtomicUsize,
    helping: AtomicUsize,
    /// Those who have come.
    helpers: AtomicUsize,
}

#[derive(Default)]
struct State {
    job: Option<Job>,
    /// Of the job that is there or was there last.
    number: usize,
    /// Helpers that are at it.
    helping: usize,
    /// Those who are to be woken: helpers without a job, and the thread that waits for them.
    asleep: usize,
    waiting: bool,
    /// What a helper panicked with.
    failure: Option<Box<dyn Any + Send>>,
    closed: bool,
}

thread_local! {
    /// Whose job this thread is helping with.
    static HELPING: Cell<*const Post> = const { Cell::new(std::ptr::null()) };
}

/// What everybody does until there is nothing left to do.
#[derive(Clone, Copy)]
struct Job(*const (dyn Fn() + Sync));

// SAFETY: what it points to can be called from any thread, and is there for as long as `Post::share` says.
#[allow(unsafe_code)]
unsafe impl Send for Job {}

impl Pool {
    /// No helpers: everything is done by the thread that asks.
    pub fn alone() -> Self {
        Self::default()
    }

    /// `threads` threads, the one that asks among them. Dropping the last copy ends the others. Where no more
    /// can be started there are fewer.
    #[cfg(not(target_family = "wasm"))]
    pub fn new(threads: usize) -> Self {
        let post = Arc::new(Post::default());
        let helper = |index: usize| {
            let post = post.clone();
            let name = format!("saysee {index}");
            let thread = std::thread::Builder::new().name(name);
            thread.spawn(move || post.help()).ok()
        };
        let helpers: Vec<_> = (1..threads.min(MOST)).map_while(helper).collect();
        if helpers.is_empty() {
            return Self::alone();
        }
        Self {
            crew: Some(Arc::new(Crew {
                threads: helpers.len() + 1,
                taken: Mutex::new(()),
                post,
                helpers,
            })),
        }
    }

    /// For `threads` threads, of which the caller starts all but the one that asks: each calls [`Pool::help`]. There may be
    /// fewer, and later. Where threads share no memory, nobody helps.
    pub fn of_helpers(threads: usize) -> Self {
        if threads < 2 || !SHARED {
            return Self::alone();
        }
        Self {
            crew: Some(Arc::new(Crew {
                threads: threads.min(MOST),
                taken: Mutex::new(()),
                post: Arc::default(),
                #[cfg(not(target_family = "wasm"))]
                helpers: Vec::new(),
            })),
        }
    }

    /// Threads, with the one that asks.
    pub fn threads(&self) -> usize {
        self.crew.as_ref().map_or(1, |crew| crew.threads)
    }

    /// Threads that are here: fewer than [`Pool::threads`] until all helpers have come.
    pub fn present(&self) -> usize {
        let helpers = self.crew.as_ref().map(|crew| &crew.post.helpers);
        1 + helpers.map_or(0, |helpers| helpers.load(Ordering::Relaxed))
    }

    /// Helps with this thread until the pool is closed.
    pub fn help(&self) {
        if let Some(crew) = &self.crew {
            // Without the crew: it closes the post when the last copy of the pool goes.
            let post = crew.post.clone();
            post.help();
        }
    }

    /// For panic hooks, where panics do not unwind: if this thread is at work as a helper, the thread that asked panics
    /// with `message` instead of waiting for it, and this one never returns.
    pub fn lose(&self, message: String) {
        let Some(crew) = &self.crew else { return };
        if HELPING.get() == Arc::as_ptr(&crew.post) {
            crew.post.leave(Some(Box::new(message)));
            loop {
                std::thread::park();
            }
        }
    }

    /// Ends the helpers.
    pub fn close(&self) {
        if let Some(crew) = &self.crew {
            crew.post.tell(|state| state.closed = true);
        }
    }

    /// How many of `count` pieces make a task.
    pub(super) fn part(&self, count: usize) -> usize {
        match self.threads() {
            1 => count.max(1),
            threads => count.div_ceil(TASKS * threads).max(1),
        }
    }

    /// Does every task, on several threads if `work`, the number of multiplications of all of them, is worth it.
    pub(super) fn each<T: Send, I>(&self, work: usize, tasks: I, task: impl Fn(T) + Sync)
    where
        I: IntoIterator<Item = T>,
        I::IntoIter: Send,
    {
        let tasks = tasks.into_iter();
        let crew = self.crew.as_ref().filter(|_| SHARED && work >= LEAST_WORK);
        let taken = crew.and_then(|crew| match crew.taken.try_lock() {
            Ok(taken) => Some((crew, taken)),
            // Whoever panicked has left nothing behind.
            Err(TryLockError::Poisoned(taken)) => Some((crew, taken.into_inner())),
            // An operation inside an operation, or another engine's.
            Err(TryLockError::WouldBlock) => None,
        });
        let Some((crew, _taken)) = taken else {
            return tasks.for_each(task);
        };
        let tasks = Mutex::new(tasks);
        crew.post.share(&|| {
            loop {
                let next = lock(&tasks).next();
                let Some(next) = next else { return };
                task(next);
            }
        });
    }

    /// Fills the rows of `numbers`, `width` each, a few at a time: `fill` gets the first one's place and their numbers.
    pub(super) fn rows<N: Send>(
        &self,
        numbers: &mut [N],
        width: usize,
        fill: impl Fn(usize, &mut [N]) + Sync,
    ) {
        /// Multiplications that what is done to a number amounts to.
        const WORK: usize = 8;
        let width = width.max(1);
        let part = self.part(numbers.len() / width);
        let work = WORK * numbers.len();
        let tasks = numbers.chunks_mut(part * width).enumerate();
        self.each(work, tasks, |(index, numbers)| fill(index * part, numbers));
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Pool of {}", self.threads())
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.post.tell(|state| state.closed = true);
        #[cfg(not(target_family = "wasm"))]
        for helper in self.helpers.drain(..) {
            // Its panics were passed on by the operation they happened in.
            drop(helper.join());
        }
    }
}

impl Post {
    /// Calls `job` on this thread and on every helper that comes before this one is through; returns, or panics, when
    /// all of them are.
    fn share(&self, job: &(dyn Fn() + Sync)) {
        /// Takes the job away and waits for those who are at it.
        struct End<'a>(&'a Post);
        impl Drop for End<'_> {
            fn drop(&mut self) {
                lock(&self.0.state).job = None;
                look(|| self.0.helping.load(Ordering::Acquire) == 0);
                let mut state = lock(&self.0.state);
                while state.helping > 0 {
                    state.waiting = true;
                    state = wait(&self.0.ended, state);
                    state.waiting = false;
                }
            }
        }

        // SAFETY: only the lifetime changes. `End` outlives neither `job` nor this call, and after it no helper has the
        // job or can get it.
        #[allow(unsafe_code)]
        let job_of_all = Job(unsafe {
            std::mem::transmute::<*const (dyn Fn() + Sync + '_), *const (dyn Fn() + Sync)>(job)
        });
        let end = End(self);
        self.tell(|state| state.job = Some(job_of_all));
        job();
        drop(end);
        let failure = lock(&self.state).failure.take();
        if let Some(failure) = failure {
            raise(failure);
        }
    }

    fn help(&self) {
        self.helpers.fetch_add(1, Ordering::Relaxed);
        let mut seen = 0;
        loop {
            look(|| self.number.load(Ordering::Acquire) != seen);
            let mut state = lock(&self.state);
            while state.number == seen {
                state.asleep += 1;
                state = wait(&self.begun, state);
                state.asleep -= 1;
            }
            if state.closed {
                return;
            }
            seen = state.number;
            let Some(job) = state.job else { continue };
            state.helping += 1;
            self.helping.store(state.helping, Ordering::Release);
            drop(state);
            HELPING.set(self);
            let done = catch_unwind(AssertUnwindSafe(|| {
                // SAFETY: `share` does not return while somebody is helping.
                #[allow(unsafe_code)]
                let job = unsafe { &*job.0 };
                job();
            }));
            HELPING.set(std::ptr::null());
            self.leave(done.err());
        }
    }

    /// A helper has nothing left to do, or has panicked.
    fn leave(&self, failure: Option<Box<dyn Any + Send>>) {
        let mut state = lock(&self.state);
        state.helping -= 1;
        if failure.is_some() {
            state.failure = failure;
        }
        self.helping.store(state.helping, Ordering::Release);
        if state.helping == 0 && state.waiting {
            self.ended.notify_all();
        }
    }

    /// Changes what helpers find and has them look.
    fn tell(&self, change: impl FnOnce(&mut State)) {
        let mut state = lock(&self.state);
        change(&mut state);
        state.number = state.number.wrapping_add(1);
        self.number.store(state.number, Ordering::Release);
        let asleep = state.asleep > 0;
        drop(state);
        if asleep {
            self.begun.notify_all();
        }
    }
}

/// Looks a while whether something is so.
fn look(so: impl Fn() -> bool) {
    for _ in 0..LOOKS {
        if so() {
            return;
        }
        std::hint::spin_loop();
    }
}

/// Panics as a helper did.
fn raise(failure: Box<dyn Any + Send>) {
    if cfg!(panic = "unwind") {
        std::panic::resume_unwind(failure);
    }
    // Goes through the panic hook, which the thread that asked has not seen yet.
    let message = failure.downcast::<String>().map(|message| *message);
    std::panic::panic_any(message.unwrap_or_default());
}

/// Whatever panicked left a whole state.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait<'a, T>(condition: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    condition
        .wait(guard)
        .unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    const WORK: usize = LEAST_WORK;

    #[test]
    fn every_task_is_done_once() {
        for threads in [1, 2, 3, 8] {
            let pool = Pool::new(threads);
            assert_eq!(pool.threads(), threads);
            for count in [0, 1, 2, 7, 1000] {
                let done: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
                pool.each(WORK, 0..count, |task: usize| {
                    done[task].fetch_add(1, Ordering::Relaxed);
                });
                assert!(done.iter().all(|done| done.load(Ordering::Relaxed) == 1));
            }
        }
    }

    #[test]
    fn helpers_do_help() {
        let pool = Pool::new(3);
        // None is done before all three are begun.
        let all = Barrier::new(3);
        pool.each(WORK, 0..3, |_| {
            all.wait();
        });
    }

    #[test]
    fn helpers_may_come_later_from_elsewhere() {
        let pool = Pool::of_helpers(2);
        let mut rows = vec![0.0; WORK];
        pool.rows(&mut rows, 10, |first, part| part.fill(first as f32));
        std::thread::scope(|scope| {
            let helper = scope.spawn(|| pool.help());
            let both = Barrier::new(2);
            pool.each(WORK, 0..2, |_| {
                both.wait();
            });
            assert_eq!((pool.present(), pool.threads()), (2, 2));
            pool.close();
            helper.join().unwrap();
        });
    }

    #[test]
    fn an_operation_inside_an_operation_is_done_alone() {
        let pool = Pool::new(2);
        let done = AtomicUsize::new(0);
        pool.each(WORK, 0..4, |_| {
            pool.each(WORK, 0..5, |_| {
                done.fetch_add(1, Ordering::Relaxed);
            });
        });
        assert_eq!(done.into_inner(), 20);
    }

    #[test]
    fn a_panic_in_a_task_reaches_who_asked_and_the_pool_goes_on() {
        let pool = Pool::new(2);
        let asked = std::thread::current().id();
        for by_helper in [true, false] {
            let both = Barrier::new(2);
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                pool.each(WORK, 0..2, |_| {
                    both.wait();
                    if (std::thread::current().id() != asked) == by_helper {
                        panic!("by a helper: {by_helper}");
                    }
                });
            }));
            let message = panicked.unwrap_err().downcast::<String>().unwrap();
            assert_eq!(*message, format!("by a helper: {by_helper}"));
            let both = Barrier::new(2);
            pool.each(WORK, 0..2, |_| {
                both.wait();
            });
        }
    }

    #[test]
    fn a_helper_that_is_lost_is_not_waited_for() {
        let pool = Pool::of_helpers(2);
        let helper = pool.clone();
        // Lost for good: nobody can join it.
        std::thread::spawn(move || helper.help());
        let both = Arc::new(Barrier::new(2));
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            pool.each(WORK, 0..2, |_| {
                both.clone().wait();
                // The thread that asked is no helper and goes on.
                pool.lose("no memory left".to_owned());
            });
        }));
        let message = panicked.unwrap_err().downcast::<String>().unwrap();
        assert_eq!(*message, "no memory left");
    }

    #[test]
    fn the_last_copy_ends_the_threads() {
        let pool = Pool::new(3);
        let post = Arc::downgrade(&pool.crew.as_ref().unwrap().post);
        let copy = pool.clone();
        drop(pool);
        assert!(post.upgrade().is_some());
        drop(copy);
        // Threads that were joined have let go of it.
        assert!(post.upgrade().is_none());
    }
}
