//! Times every kernel at the shapes of the bundled model, then a whole query on both backends:
//! `cargo run --release -p saysee-engine --features testing --example time_kernels [SECONDS]`. With `families` in place of
//! the seconds it times the families of matrix products, and both kinds of attention, at the shapes of HuBERT base.
//!
//! Each figure is the least of several runs. A software adapter is timed by the processor time of this
//! process where Linux tells it, since wall time would mostly say how busy the machine is.

mod clock;
mod families;

use saysee_engine::EngineError;
use saysee_engine::cpu::CpuOps;
use saysee_engine::gpu::{GpuOps, GpuOptions, GpuTensor};
use saysee_engine::graph::Network;
use saysee_engine::ops::{
    Activation, Attention, Columns, Convolution, Firing, Ops, Pooling, Window,
};
use saysee_engine::pack::{
    ConvolutionalTransformer, Encoder, FrontEnd, Pack, Slots, TextFrame, WeightData, WeightFormat,
    write,
};
use saysee_engine::testing::{self, Random};

use clock::{PROCESSOR_TIME, least, now, processor_time, time};
use families::time_families;

const WIDTH: usize = 192;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = std::env::args().nth(1);
    let families = argument.as_deref() == Some("families");
    let seconds: f32 = match &argument {
        Some(text) if !families => text.parse()?,
        _ => 3.0,
    };
    let mut gpu = pollster::block_on(GpuOps::open(GpuOptions::default()))?;
    let counted = gpu.adapter().software && processor_time().is_some();
    PROCESSOR_TIME.get_or_init(|| counted);
    let clock = if counted {
        "processor time"
    } else {
        "wall time"
    };
    println!("{:?}, {clock}", gpu.adapter());
    if families {
        return Ok(time_families(&mut gpu)?);
    }
    let start = now();
    pollster::block_on(gpu.warm_up(|_, _| {}))?;
    println!("compiling everything: {:.0} ms", now() - start);
    time_kernels(&mut gpu, seconds)?;
    time_published(&mut gpu, seconds)?;
    time_pictures(&mut gpu)?;
    for weights in [WeightFormat::F32, WeightFormat::Q8] {
        let pack = pack(weights)?;
        let samples = testing::sound(seconds, 1);
        let on_gpu = time_query(&mut gpu, &pack, &samples)?;
        let on_cpu = time_query(&mut CpuOps::default(), &pack, &samples)?;
        println!("query of {seconds} s, {weights:?}: gpu {on_gpu:.1} ms, cpu {on_cpu:.1} ms");
    }
    println!("{:?}", gpu.ledger());
    Ok(())
}

fn time_kernels(gpu: &mut GpuOps, seconds: f32) -> Result<(), EngineError> {
    let frames = (seconds * 25.0) as usize;
    let mut random = Random::new(1);
    let mut matrix = |rows: usize, columns: usize| random.numbers(rows * columns, 0.1);
    let x = gpu.upload(&matrix(frames, WIDTH), frames, WIDTH)?;
    let wide = gpu.upload(&matrix(frames, 3 * WIDTH), frames, 3 * WIDTH)?;
    let row = gpu.upload(&matrix(1, 128), 1, 128)?;
    let mels = gpu.upload(&matrix(4 * frames, 80), 4 * frames, 80)?;
    let alpha: Vec<f32> = matrix(frames, 1).iter().map(|a| a.abs() * 2.0).collect();
    let alpha = gpu.upload(&alpha, frames, 1)?;
    let scores = gpu.upload(&matrix(24, 500), 24, 500)?;
    let shape = [3 * WIDTH, WIDTH];
    let data = matrix(shape[0], shape[1]);
    let quantised = WeightData::quantise(shape, &data);
    let plain = gpu.load("f32", &WeightData::F32 { shape, data })?;
    let gallery = WeightData::F32 {
        shape: [240, 128],
        data: matrix(240, 128),
    };
    let gallery = gpu.load("gallery", &gallery)?;
    let first = WeightData::F32 {
        shape: [WIDTH, 240],
        data: matrix(WIDTH, 240),
    };
    let first = gpu.load("conv", &first)?;
    let depthwise = WeightData::F32 {
        shape: [11, WIDTH],
        data: matrix(11, WIDTH),
    };
    let depthwise = gpu.load("depthwise", &depthwise)?;
    let vector = gpu.load("vector", &WeightData::vector(matrix(1, WIDTH)))?;
    let none = Activation::None;

    time(gpu, &format!("linear f32 [{frames}, 192] -> 576"), |gpu| {
        gpu.linear(&x, &plain, None, none, None)
    })?;
    if let Some(quantised) = quantised {
        let quantised = gpu.load("q8", &quantised)?;
        time(gpu, &format!("linear q8 [{frames}, 192] -> 576"), |gpu| {
            gpu.linear(&x, &quantised, None, none, None)
        })?;
    }
    time(gpu, "linear_row f32 [1, 128] -> 240", |gpu| {
        gpu.linear(&row, &gallery, None, none, None)
    })?;
    let strided = Convolution {
        kernel: 3,
        stride: 2,
        padding: 1,
    };
    time(
        gpu,
        &format!("linear f32 as convolution [{}, 80] -> 192", 4 * frames),
        |gpu| gpu.convolve(&mels, &first, None, strided, Activation::Gelu),
    )?;
    time(
        gpu,
        &format!("depthwise_convolve [{frames}, 192], 11 taps"),
        |gpu| gpu.depthwise_convolve(&x, &depthwise, &vector, Activation::Silu),
    )?;
    time(
        gpu,
        &format!("attention [{frames}, 576], 4 heads of 48"),
        |gpu| {
            let (queries, keys, values) = parts(&wide, WIDTH);
            gpu.attention(queries, keys, values, four_heads(frames))
        },
    )?;
    time(
        gpu,
        &format!("attention_weights of 10 rows, [{frames}, 576], 4 heads of 48"),
        |gpu| {
            let few = gpu.rows(&wide, 0, 10.min(frames))?;
            let (queries, ..) = parts(&few, WIDTH);
            let (_, keys, _) = parts(&wide, WIDTH);
            gpu.attention_weights(queries, keys, four_heads(frames))
        },
    )?;
    time(gpu, &format!("layer_norm [{frames}, 192]"), |gpu| {
        gpu.layer_norm(&x, None, none)
    })?;
    time(gpu, &format!("gated_linear_unit [{frames}, 576]"), |gpu| {
        gpu.gated_linear_unit(&wide)
    })?;
    time(gpu, &format!("scale_add [{frames}, 192]"), |gpu| {
        gpu.scale_add(Some(&x), &x, 0.5)
    })?;
    time(gpu, &format!("normalise_rows [{frames}, 192]"), |gpu| {
        gpu.normalise_rows(&x)
    })?;
    time(gpu, &format!("copy [{frames}, 192]"), |gpu| {
        gpu.rows(&x, 0, frames)
    })?;
    let firing = Firing {
        tail_threshold: 0.5,
        cap: 24,
    };
    time(
        gpu,
        &format!("fire_scan and fire_slots, {frames} frames"),
        |gpu| Ok(gpu.integrate_and_fire(&x, &alpha, firing)?.slots),
    )?;
    time(gpu, "top_k [24, 500], 5 best", |gpu| {
        gpu.top_k(&scores, 5, &[0, 1])
    })?;
    let FrontEnd::LogMel(front_end) = manifest(WeightFormat::F32).model.front_end else {
        return Ok(());
    };
    let samples = testing::sound(seconds, 1);
    time(gpu, &format!("log_mel, {seconds} s"), |gpu| {
        gpu.log_mel(&samples, &front_end.features)
    })
}

/// Queries, keys and values that lie beside each other.
fn parts(
    wide: &GpuTensor,
    width: usize,
) -> (
    Columns<'_, GpuTensor>,
    Columns<'_, GpuTensor>,
    Columns<'_, GpuTensor>,
) {
    let part = |index: usize| Columns {
        tensor: wide,
        start: index * width,
    };
    (part(0), part(1), part(2))
}

fn four_heads(keys: usize) -> Attention {
    Attention {
        width: WIDTH,
        heads: 4,
        keys,
        causal: false,
    }
}

/// What the published models add, at the shapes of base hybrid+: 50 frames a second, CLIP's ViT-B/32 text tower.
fn time_published(gpu: &mut GpuOps, seconds: f32) -> Result<(), EngineError> {
    let frames = (seconds * 50.0) as usize;
    let mut random = Random::new(2);
    let mut matrix = |rows: usize, columns: usize| random.numbers(rows * columns, 0.1);
    let none = Activation::None;
    let x = gpu.upload(&matrix(frames, 768), frames, 768)?;
    let listened = gpu.upload(&matrix(64 * frames, 512), 64 * frames, 512)?;
    let z = gpu.upload(&matrix(75, 512), 75, 512)?;
    let cosines = gpu.upload(&matrix(75, 8112), 75, 8112)?;
    let count = gpu.upload(&[20.0], 1, 1)?;
    let picks: Vec<f32> = (0..75_u16).map(|pick| f32::from(pick) * 100.0).collect();
    let picks = gpu.upload(&picks, 75, 1)?;
    let mut weight = |gpu: &mut GpuOps, name: &str, rows: usize, columns: usize| {
        let data = matrix(rows, columns);
        let shape = [rows, columns];
        gpu.load(name, &WeightData::F32 { shape, data })
    };
    let table = weight(gpu, "table", 8112, 512)?;
    let lengths = weight(gpu, "lengths", 1, 8112)?;
    let channels = weight(gpu, "channels", 1, 512)?;
    let positions = weight(gpu, "positions", 768, 128 * 48)?;
    let bias = weight(gpu, "bias", 1, 768)?;
    time(
        gpu,
        &format!("channel_norm [{}, 512]", 64 * frames),
        |gpu| gpu.channel_norm(&listened, &channels, &channels, Activation::Gelu),
    )?;
    time(
        gpu,
        &format!("grouped convolution [{frames}, 768], 128 taps, 16 groups"),
        |gpu| gpu.grouped_convolve(&x, &positions, &bias, 16, Activation::Gelu),
    )?;
    time(
        gpu,
        &format!("neighbour_cosines and segment_scan [{frames}, 768]"),
        |gpu| Ok(gpu.segment(&x, 0.05, 75)?.means),
    )?;
    time(gpu, "scale_shift [75, 8112]", |gpu| {
        gpu.scale_shift(&cosines, &lengths, None)
    })?;
    time(gpu, "gather 75 rows of [8112, 512]", |gpu| {
        gpu.gather(&table, &picks)
    })?;
    let frame = TextFrame {
        start: 2,
        end: 3,
        padding: 0,
    };
    time(gpu, "frame_text [77, 512]", |gpu| {
        gpu.frame_text(&z, &count, &table, frame)
    })?;
    time(gpu, "row_after [77, 512]", |gpu| {
        gpu.row_after(&z, &count, 1)
    })?;
    time(gpu, "linear f32 [75, 512] -> 8112", |gpu| {
        gpu.linear(&z, &table, None, none, None)
    })
}

/// What the image tower of saysee-train adds, at its largest shapes: 24 x 24 places of 64 channels, 6 x 6 of 1000 objects.
fn time_pictures(gpu: &mut GpuOps) -> Result<(), EngineError> {
    let mut random = Random::new(3);
    let places = gpu.upload(&random.numbers(576 * 64, 0.1), 576, 64)?;
    let objects = gpu.upload(&random.numbers(36 * 1000, 1.0), 36, 1000)?;
    let window = Window {
        side: 24,
        kernel: 3,
        stride: 1,
        padding: 1,
    };
    time(gpu, "neighbours of [576, 64], 3 x 3", |gpu| {
        gpu.neighbours(&places, window)
    })?;
    time(gpu, "softmax_rows of [36, 1000]", |gpu| {
        gpu.softmax_rows(&objects)
    })?;
    for pooling in [Pooling::Mean, Pooling::Maximum, Pooling::Presence] {
        time(
            gpu,
            &format!("pool_rows {pooling:?} of [36, 1000]"),
            |gpu| gpu.pool_rows(&objects, pooling),
        )?;
    }
    Ok(())
}

fn manifest(weights: WeightFormat) -> saysee_engine::pack::Manifest {
    let mut manifest = testing::manifest(weights);
    let model = &mut manifest.model;
    if let FrontEnd::LogMel(front_end) = &mut model.front_end {
        front_end.features.mels = 80;
    }
    model.encoder = Encoder::ConvolutionalTransformer(ConvolutionalTransformer {
        width: WIDTH,
        layers: 5,
        heads: 4,
        feed_forward: 384,
        kernel: 11,
    });
    model.text_tower = None;
    let head = &mut model.head;
    head.embedding = 128;
    head.cascaded_share = 0.0;
    if let Some(keywords) = &mut head.keywords
        && let Slots::Firing(firing) = &mut keywords.slots
    {
        firing.cap = 24;
    }
    manifest
}

/// A random pack of the bundled model's size.
fn pack(weights: WeightFormat) -> Result<Pack, Box<dyn std::error::Error>> {
    let manifest = manifest(weights);
    let tensors = testing::tensors(&manifest, 1);
    let files = write(manifest, &tensors)?;
    let shards = files
        .files
        .into_iter()
        .skip(1)
        .map(|(_, bytes)| bytes)
        .collect();
    Ok(Pack::load(files.manifest, shards)?)
}

fn time_query<O: Ops>(ops: &mut O, pack: &Pack, samples: &[f32]) -> Result<f64, EngineError> {
    let network = Network::new(ops, pack)?;
    pollster::block_on(network.hear(ops, samples))?;
    least(|| pollster::block_on(network.hear(ops, samples)).map(drop))
}
