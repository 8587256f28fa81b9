//! Utterances that are heard while they grow, by every variant: how far a look at an unfinished one may be off.

use saysee_engine::testing::sound;
use saysee_engine::{Answer, BackendChoice, Engine};

use super::cases;

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn grown(engine: &mut Engine, samples: &[f32]) -> Answer {
    pollster::block_on(engine.query_growing(samples, 1)).unwrap()
}

fn whole(engine: &mut Engine, samples: &[f32]) -> Answer {
    pollster::block_on(engine.query(samples, 1)).unwrap()
}

#[test]
fn a_look_at_an_unfinished_utterance_is_nearly_what_hearing_all_of_it_gives() {
    let samples = sound(3.0, 5);
    for case in cases() {
        let pack = case.convert(saysee_engine::pack::WeightFormat::F32);
        let mut engine = pollster::block_on(Engine::new(&pack, BackendChoice::CpuExact)).unwrap();
        let mut approximate = 0;
        for end in (16_000..=48_000).step_by(4_000) {
            let exact = whole(&mut engine, &samples[..end]);
            let look = grown(&mut engine, &samples[..end]);
            let near = cosine(&exact.embedding, &look.embedding);
            // With random weights a boundary or a token may fall just elsewhere, and all that follows with it.
            let smooth = pack.manifest().model.head.parallel.is_some();
            assert!(
                near > if smooth { 0.98 } else { 0.5 },
                "{} at {end}: {near}",
                case.name
            );
            approximate += usize::from(look.embedding != exact.embedding);
        }
        // From 1 s to 1.5 s, to 2.25 s and to 3 s frames are kept; when they were computed anew, all is exact.
        assert!(approximate <= 6, "{}: {approximate}", case.name);
        // The very same again, then another utterance that is as long: nothing of the first is left.
        let again = grown(&mut engine, &samples);
        assert_eq!(again.embedding, grown(&mut engine, &samples).embedding);
        let other = sound(3.0, 6);
        assert_eq!(
            grown(&mut engine, &other).embedding,
            whole(&mut engine, &other).embedding,
            "{}",
            case.name
        );
    }
}
