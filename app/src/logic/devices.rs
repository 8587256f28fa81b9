//! Which microphones there are, and which one the visitor prefers.

/// Longest name of a device that is believed, and longest list.
const LONGEST: usize = 256;
const MOST: usize = 32;

/// A microphone, as browsers tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The browser's name for it; another one on every site.
    pub id: String,
    /// What people call it.
    pub label: String,
}

/// The microphones to choose from. Before the visitor has allowed one, browsers tell neither names nor how many there
/// are; then there is nothing to choose. The browser's own aliases ("default") are left out: not choosing is one of the choices.
pub fn choices(found: impl IntoIterator<Item = Device>) -> Vec<Device> {
    let usable = |device: &Device| {
        let aliases = ["", "default", "communications"];
        !aliases.contains(&device.id.as_str())
            && !device.label.is_empty()
            && device.id.len() <= LONGEST
            && device.label.len() <= LONGEST
    };
    let mut devices: Vec<Device> = Vec::new();
    for device in found.into_iter().filter(usable) {
        if devices.len() < MOST && devices.iter().all(|other| other.id != device.id) {
            devices.push(device);
        }
    }
    devices
}

/// The preference that was stored, if it can be one.
pub fn preference(stored: Option<String>) -> Option<String> {
    stored.filter(|id| !id.is_empty() && id.len() <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str, label: &str) -> Device {
        Device {
            id: id.to_owned(),
            label: label.to_owned(),
        }
    }

    #[test]
    fn aliases_and_nameless_ones_are_left_out() {
        let found = [
            device("default", "Default - Desk"),
            device("a1", "Desk"),
            device("a1", "Desk"),
            device("b2", ""),
            device("", "Nobody"),
            device("c3", "Headset"),
        ];
        assert_eq!(
            choices(found),
            [device("a1", "Desk"), device("c3", "Headset")]
        );
        assert!(choices([]).is_empty());
    }

    #[test]
    fn hostile_names_are_bounded() {
        assert!(choices([device("a", &"x".repeat(LONGEST + 1))]).is_empty());
        assert_eq!(
            choices((0..100).map(|n| device(&n.to_string(), "x"))).len(),
            MOST
        );
        assert_eq!(preference(Some("x".repeat(LONGEST + 1))), None);
        assert_eq!(preference(Some(String::new())), None);
        assert_eq!(preference(Some("a1".to_owned())), Some("a1".to_owned()));
    }
}
