//! Turns of the engine, and who holds them.

use std::time::Instant;

use futures::{FutureExt, future::join_all};
use tokio::sync::mpsc;
use wikimovie_engine::CallerShare;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn every_turn_is_free_soon_after_its_caller_left() {
    let folder = tempfile::tempdir().unwrap();
    let options = EmbeddedOptions { folder: folder.path().to_owned(), ..EmbeddedOptions::default() };
    let engine = Embedded::open(&options).unwrap();
    let context = |caller: &str| OperationContext::new().with_caller(CallerShare::of(&caller));
    let (one, other, third) = (context("one"), context("other"), context("third"));
    let (begun, mut has_begun) = mpsc::unbounded_channel();
    // Works until nobody waits.
    let work = |context| {
        let begun = begun.clone();
        engine.answer(context, move |with| {
            begun.send(()).unwrap();
            while !with.work.is_over() {
                std::thread::yield_now();
            }
            Ok(())
        })
    };
    // More than there are turns, of two callers, so that none is free.
    let turns = 2 * std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut working = Box::pin(join_all((0..turns).flat_map(|_| [work(&one), work(&other)])));
    let all_begun = async {
        for _ in 0..turns {
            has_begun.recv().await.unwrap();
        }
    };
    tokio::select! {
        _ = &mut working => panic!("somebody waits"),
        () = all_begun => {}
    }
    let mut next = Box::pin(engine.answer(&third, |_| Ok(())));
    assert!((&mut next).now_or_never().is_none(), "no turn is free");
    let left = Instant::now();
    drop(working);
    next.await.unwrap();
    let took = left.elapsed();
    assert!(took < Duration::from_millis(100), "{took:?}");
}
