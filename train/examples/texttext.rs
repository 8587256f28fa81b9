//! one-off
use saysee_scenes::Split;
use saysee_scenes::listing::entries;
use saysee_train::data::scenes::SceneData;
use saysee_train::model::towers::Towers;
use saysee_train::retrieval::recall;
use saysee_train::vocabulary::Vocabulary;
use std::path::Path;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let towers = Towers::load(Path::new(&args[1])).unwrap();
    let v = Vocabulary::default();
    let data = SceneData::new(entries(Split::Dev, 1000, 1).unwrap(), &v, || ()).unwrap();
    let n = data.entries().len();
    let own: Vec<usize> = (0..n).collect();
    let pictures = towers.embed_pictures(|r| data.planes(r), n);
    let first: Vec<Vec<u16>> = (0..n).map(|s| data.words(s)[0].clone()).collect();
    let t0 = towers.embed_texts(&first);
    let w = towers.embedding();
    for k in 1..4 {
        let other: Vec<Vec<u16>> = (0..n).map(|s| data.words(s)[k].clone()).collect();
        let t = towers.embed_texts(&other);
        println!(
            "caption {k} -> caption 0: R@1 {:.3} R@10 {:.3}",
            recall(&t, &t0, w, &own, 1),
            recall(&t, &t0, w, &own, 10)
        );
        println!(
            "caption {k} -> picture: R@1 {:.3} R@10 {:.3}",
            recall(&t, &pictures, w, &own, 1),
            recall(&t, &pictures, w, &own, 10)
        );
    }
    println!(
        "caption 0 -> picture: R@1 {:.3} R@10 {:.3}",
        recall(&t0, &pictures, w, &own, 1),
        recall(&t0, &pictures, w, &own, 10)
    );
    // names alone
    let d2 = data
        .with_emoji(&saysee_train::data::kinds::Kinds::new().unwrap(), &v)
        .unwrap();
    let names = d2.emoji_names();
    let t = towers.embed_texts(&names);
    let ids: Vec<usize> = (0..names.len()).collect();
    // the same words said twice elsewhere: nearest other name
    let mut close = 0usize;
    let mut sum = 0.0f64;
    for a in 0..names.len() {
        let mut best = -1.0f32;
        for b in 0..names.len() {
            if names[a] != names[b] {
                let c: f32 = (0..w).map(|i| t[a * w + i] * t[b * w + i]).sum();
                if c > best {
                    best = c;
                }
            }
        }
        sum += f64::from(best);
        if best > 0.95 {
            close += 1;
        }
    }
    println!(
        "names {} nearest other cosine mean {:.3}, above .95: {close}",
        names.len(),
        sum / names.len() as f64
    );
    let _ = ids;
}
