//! The files of a pack among those of a folder that the visitor chose.

/// Name of the file that makes a folder a pack.
const MANIFEST: &str = "pack.json";

/// Which of the files at `paths` (`folder/sub/file`, as browsers tell them) belong to the pack: those beside the
/// uppermost `pack.json`. Answers that folder's name and the positions; `None` without a `pack.json`.
pub fn pack_files(paths: &[String]) -> Option<(String, Vec<usize>)> {
    let parent = |path: &str| {
        path.rsplit_once('/')
            .map_or("", |(parent, _)| parent)
            .to_owned()
    };
    let is_manifest = |path: &&String| path.rsplit('/').next() == Some(MANIFEST);
    let folder = paths
        .iter()
        .filter(is_manifest)
        .map(|path| parent(path))
        .min_by_key(|folder| folder.matches('/').count())?;
    let files = (0..paths.len())
        .filter(|index| parent(&paths[*index]) == folder)
        .collect();
    let name = folder.rsplit('/').next().unwrap_or_default();
    let name = if name.is_empty() { "pack" } else { name };
    Some((name.to_owned(), files))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(paths: &[&str]) -> Option<(String, Vec<usize>)> {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        pack_files(&paths)
    }

    #[test]
    fn the_files_beside_the_manifest_are_taken() {
        let files = [
            "base/notes/a.txt",
            "base/weights-1.safetensors",
            "base/pack.json",
        ];
        assert_eq!(chosen(&files), Some(("base".to_owned(), vec![1, 2])));
    }

    #[test]
    fn the_uppermost_pack_wins() {
        let files = [
            "packs/old/pack.json",
            "packs/pack.json",
            "packs/w.safetensors",
        ];
        assert_eq!(chosen(&files), Some(("packs".to_owned(), vec![1, 2])));
        let below = ["all/base/w.safetensors", "all/base/pack.json"];
        assert_eq!(chosen(&below), Some(("base".to_owned(), vec![0, 1])));
    }

    #[test]
    fn files_without_a_folder_are_a_pack_too() {
        let files = ["pack.json", "w.safetensors"];
        assert_eq!(chosen(&files), Some(("pack".to_owned(), vec![0, 1])));
    }

    #[test]
    fn a_folder_without_a_manifest_is_none() {
        assert_eq!(chosen(&[]), None);
        assert_eq!(chosen(&["music/song.wav", "music/my-pack.json"]), None);
    }
}
