//! Long work gives way to the window: its threads run at a lower priority, so
//! that a machine that is busy embedding still draws and answers at once.
//!
//! On Linux every thread has a nice value of its own, which the threads it
//! starts inherit: ONNX Runtime's from the thread that loads the model. Other
//! systems have no such thing for a single thread; there nothing changes.

/// A quarter of the processor when the window wants all of it, everything otherwise.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

/// Lowers the calling thread and every thread it will start. There is no way
/// back, so only threads that do nothing else may call this.
pub(crate) fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::warn!(%error, "long work runs as urgently as the window");
    }
}

/// Makes the engine's parallel work give way as well. Before its first use only.
pub(crate) fn lower_parallel_work() {
    let threads = rayon::ThreadPoolBuilder::new().start_handler(|_| give_way());
    if let Err(error) = threads.build_global() {
        tracing::warn!(%error, "parallel work runs as urgently as the window");
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_thread_and_those_it_starts_give_way_and_no_other() {
        let nice = || rustix::process::getpriority_process(None).expect("a thread has a priority");
        let before = nice();
        let (own, started) = std::thread::spawn(move || {
            give_way();
            (nice(), std::thread::spawn(nice).join().expect("the thread does not panic"))
        })
        .join()
        .expect("the thread does not panic");
        assert_eq!((own, started), (NICE, NICE), "it gives way, and what it starts does too");
        assert_eq!(nice(), before, "the thread that started it is as urgent as before");
    }
}
