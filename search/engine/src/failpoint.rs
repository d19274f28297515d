//! Failpoints: named places at which a development build kills itself, as `kill -9` does, so that tests can show what is
//! left behind. Release builds hold none of them.

/// Dies here where the variable `KILL_AT` names this place: at its first pass, or at the one that `KILL_AT_PASS` says.
#[inline]
pub fn reach(name: &str) {
    #[cfg(debug_assertions)]
    armed::pass(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

#[cfg(debug_assertions)]
mod armed {
    use std::{
        env,
        process::{self, Command},
        sync::{
            LazyLock,
            atomic::{AtomicU64, Ordering::Relaxed},
        },
        thread,
        time::Duration,
    };

    static AT: LazyLock<Option<(String, u64)>> = LazyLock::new(|| {
        let pass = env::var("KILL_AT_PASS").ok().and_then(|pass| pass.parse().ok());
        Some((env::var("KILL_AT").ok()?, pass.unwrap_or(1)))
    });
    static PASSED: AtomicU64 = AtomicU64::new(0);

    pub(super) fn pass(name: &str) {
        let Some((at, pass)) = &*AT else { return };
        if at != name || PASSED.fetch_add(1, Relaxed) + 1 != *pass {
            return;
        }
        // No handler runs and nothing is written any more.
        let _ = Command::new("kill").args(["-9", &process::id().to_string()]).status();
        thread::sleep(Duration::from_secs(60));
    }
}
