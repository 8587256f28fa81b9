//! The whole network of a tiny random pack: every stage on the GPU against the CPU.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod gpu_support;

use gpu_support::{assert_close, with_gpu};
use saysee_engine::cpu::CpuOps;
use saysee_engine::gpu::GpuOps;
use saysee_engine::graph::{Heard, Network};
use saysee_engine::pack::WeightFormat;
use saysee_engine::testing;

fn network(gpu: &mut GpuOps, weights: WeightFormat) -> (Network<GpuOps>, Network<CpuOps>, CpuOps) {
    let pack = testing::pack_with_phones(weights, 5).unwrap();
    let mut cpu = CpuOps::default();
    let on_gpu = Network::new(gpu, &pack).unwrap();
    let on_cpu = Network::new(&mut cpu, &pack).unwrap();
    (on_gpu, on_cpu, cpu)
}

fn stages_agree(weights: WeightFormat) {
    with_gpu(|gpu| {
        let (on_gpu, on_cpu, mut cpu) = network(gpu, weights);
        for seconds in [0.03, 0.4, 1.7, 5.0] {
            let samples = testing::sound(seconds, 3);
            let gpu_stages = pollster::block_on(on_gpu.stages(gpu, &samples, 0)).unwrap();
            let cpu_stages = pollster::block_on(on_cpu.stages(&mut cpu, &samples, 0)).unwrap();
            assert_eq!(gpu_stages.len(), cpu_stages.len());
            for (gpu, cpu) in gpu_stages.iter().zip(&cpu_stages) {
                assert_eq!(
                    (&gpu.name, gpu.rows, gpu.columns),
                    (&cpu.name, cpu.rows, cpu.columns)
                );
                assert_close(
                    &format!("{} of {seconds} s", gpu.name),
                    &gpu.numbers,
                    &cpu.numbers,
                    5e-3,
                );
            }
        }
    });
}

#[test]
fn every_stage_agrees_with_floats() {
    stages_agree(WeightFormat::F32);
}

#[test]
fn every_stage_agrees_with_quantised_weights() {
    stages_agree(WeightFormat::Q8);
}

#[test]
fn every_stage_agrees_with_weights_of_four_bits() {
    stages_agree(WeightFormat::Q4);
}

#[test]
fn the_ledger_stays_put_over_fifty_utterances_no_longer_than_the_first() {
    let Some(mut gpu) = gpu_support::open() else {
        return;
    };
    let (network, ..) = network(&mut gpu, WeightFormat::Q8);
    let first = hear(&mut gpu, &network, 6.0);
    let ledger = gpu.ledger();
    for round in 0..50_u32 {
        hear(&mut gpu, &network, 0.1 + 0.1 * (round * 37 % 60) as f32);
        assert_eq!(gpu.ledger(), ledger, "after utterance {round}");
    }
    assert_eq!(
        hear(&mut gpu, &network, 6.0),
        first,
        "reused buffers leave no trace"
    );
}

fn hear(gpu: &mut GpuOps, network: &Network<GpuOps>, seconds: f32) -> Heard {
    let samples = testing::sound(seconds, 7);
    pollster::block_on(network.hear(gpu, &samples)).unwrap()
}
