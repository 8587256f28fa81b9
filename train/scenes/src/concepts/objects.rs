//! The objects and their artwork.
//!
//! Chosen to look and sound different from one another, and to be things that people would say without being told the list.

use super::{Concept, Habit, Habit::*, Kind, Noun};

type Forms = &'static [Noun];

const fn n(singular: &'static str, plural: &'static str) -> Noun {
    Noun { singular, plural }
}

const fn o(id: &'static str, emoji: &'static str, habit: Habit, words: Forms) -> Concept {
    Concept {
        id,
        kind: Kind::Object,
        emoji,
        habit,
        words,
        colours: &[],
    }
}

const fn coloured(concept: Concept, colours: &'static [(&'static str, &'static str)]) -> Concept {
    Concept { colours, ..concept }
}

/// Every object, in a fixed order.
pub fn objects() -> &'static [Concept] {
    OBJECTS
}

#[rustfmt::skip]
const OBJECTS: &[Concept] = &[
    // Animals on the ground.
    o("dog", "🐕", Animal, &[n("dog", "dogs"), n("puppy", "puppies")]),
    o("cat", "🐈", Animal, &[n("cat", "cats"), n("kitten", "kittens")]),
    o("horse", "🐎", Animal, &[n("horse", "horses"), n("pony", "ponies")]),
    o("cow", "🐄", Animal, &[n("cow", "cows")]),
    o("pig", "🐖", Animal, &[n("pig", "pigs")]),
    o("sheep", "🐑", Animal, &[n("sheep", "sheep"), n("lamb", "lambs")]),
    o("rabbit", "🐇", Animal, &[n("rabbit", "rabbits"), n("bunny", "bunnies")]),
    o("elephant", "🐘", Animal, &[n("elephant", "elephants")]),
    o("giraffe", "🦒", Animal, &[n("giraffe", "giraffes")]),
    o("lion", "🦁", Animal, &[n("lion", "lions")]),
    o("tiger", "🐅", Animal, &[n("tiger", "tigers")]),
    o("zebra", "🦓", Animal, &[n("zebra", "zebras")]),
    o("monkey", "🐒", Animal, &[n("monkey", "monkeys")]),
    o("kangaroo", "🦘", Animal, &[n("kangaroo", "kangaroos")]),
    o("camel", "🐫", Animal, &[n("camel", "camels")]),
    o("panda", "🐼", Animal, &[n("panda", "pandas")]),
    o("koala", "🐨", Animal, &[n("koala", "koalas")]),
    o("fox", "🦊", Animal, &[n("fox", "foxes")]),
    o("squirrel", "🐿", Animal, &[n("squirrel", "squirrels")]),
    o("hedgehog", "🦔", Animal, &[n("hedgehog", "hedgehogs")]),
    o("mouse", "🐁", Animal, &[n("mouse", "mice")]),
    o("deer", "🦌", Animal, &[n("deer", "deer"), n("reindeer", "reindeer")]),
    o("hippo", "🦛", Animal, &[n("hippo", "hippos")]),
    o("crocodile", "🐊", Animal, &[n("crocodile", "crocodiles"), n("alligator", "alligators")]),
    o("turtle", "🐢", Animal, &[n("turtle", "turtles"), n("tortoise", "tortoises")]),
    o("snake", "🐍", Animal, &[n("snake", "snakes")]),
    o("frog", "🐸", Animal, &[n("frog", "frogs")]),
    o("dinosaur", "🦖", Animal, &[n("dinosaur", "dinosaurs")]),
    o("dragon", "🐉", Animal, &[n("dragon", "dragons")]),
    o("unicorn", "🦄", Animal, &[n("unicorn", "unicorns")]),
    o("penguin", "🐧", Animal, &[n("penguin", "penguins")]),
    o("duck", "🦆", Animal, &[n("duck", "ducks")]),
    o("chicken", "🐔", Animal, &[n("chicken", "chickens"), n("hen", "hens")]),
    o("flamingo", "🦩", Animal, &[n("flamingo", "flamingos")]),
    o("peacock", "🦚", Animal, &[n("peacock", "peacocks")]),
    o("swan", "🦢", Animal, &[n("swan", "swans")]),
    o("spider", "🕷", Animal, &[n("spider", "spiders")]),
    o("ladybird", "🐞", Animal, &[n("ladybird", "ladybirds"), n("ladybug", "ladybugs")]),
    o("snail", "🐌", Animal, &[n("snail", "snails")]),
    // Animals in the water.
    o("whale", "🐳", Swimmer, &[n("whale", "whales")]),
    o("dolphin", "🐬", Swimmer, &[n("dolphin", "dolphins")]),
    o("shark", "🦈", Swimmer, &[n("shark", "sharks")]),
    o("fish", "🐠", Swimmer, &[n("fish", "fish")]),
    o("octopus", "🐙", Swimmer, &[n("octopus", "octopuses")]),
    o("crab", "🦀", Swimmer, &[n("crab", "crabs")]),
    // Animals in the air.
    o("owl", "🦉", Flyer, &[n("owl", "owls")]),
    o("eagle", "🦅", Flyer, &[n("eagle", "eagles")]),
    o("parrot", "🦜", Flyer, &[n("parrot", "parrots")]),
    o("butterfly", "🦋", Flyer, &[n("butterfly", "butterflies")]),
    o("bee", "🐝", Flyer, &[n("bee", "bees")]),
    // People and their like.
    o("man", "👨", Person, &[n("man", "men")]),
    o("woman", "👩", Person, &[n("woman", "women"), n("lady", "ladies")]),
    o("baby", "👶", Person, &[n("baby", "babies")]),
    o("princess", "👸", Person, &[n("princess", "princesses")]),
    o("policeman", "👮‍♂️", Person, &[n("policeman", "policemen"), n("police officer", "police officers")]),
    o("dancer", "💃", Person, &[n("dancer", "dancers")]),
    o("surfer", "🏄", Person, &[n("surfer", "surfers")]),
    o("astronaut", "🧑‍🚀", Person, &[n("astronaut", "astronauts")]),
    o("wizard", "🧙‍♂️", Person, &[n("wizard", "wizards")]),
    o("mermaid", "🧜‍♀️", Person, &[n("mermaid", "mermaids")]),
    o("santa", "🎅", Person, &[n("santa", "santas")]),
    o("clown", "🤡", Person, &[n("clown", "clowns")]),
    o("robot", "🤖", Person, &[n("robot", "robots")]),
    o("ghost", "👻", Person, &[n("ghost", "ghosts")]),
    o("alien", "👽", Person, &[n("alien", "aliens")]),
    o("snowman", "⛄", Person, &[n("snowman", "snowmen")]),
    // Vehicles.
    coloured(
        o("car", "🚗", Vehicle, &[n("car", "cars")]),
        &[("red", "🚗"), ("blue", "🚙")],
    ),
    o("taxi", "🚕", Vehicle, &[n("taxi", "taxis"), n("cab", "cabs")]),
    o("bus", "🚌", Vehicle, &[n("bus", "buses")]),
    o("tractor", "🚜", Vehicle, &[n("tractor", "tractors")]),
    o("truck", "🚚", Vehicle, &[n("truck", "trucks"), n("lorry", "lorries")]),
    o("ambulance", "🚑", Vehicle, &[n("ambulance", "ambulances")]),
    o("bicycle", "🚲", Vehicle, &[n("bicycle", "bicycles"), n("bike", "bikes")]),
    o("motorcycle", "🏍", Vehicle, &[n("motorcycle", "motorcycles"), n("motorbike", "motorbikes")]),
    o("train", "🚂", Vehicle, &[n("train", "trains"), n("locomotive", "locomotives")]),
    o("skateboard", "🛹", Vehicle, &[n("skateboard", "skateboards")]),
    o("sailboat", "⛵", Vehicle, &[n("sailboat", "sailboats"), n("boat", "boats")]),
    o("canoe", "🛶", Vehicle, &[n("canoe", "canoes"), n("kayak", "kayaks")]),
    o("plane", "✈", Flyer, &[n("plane", "planes"), n("aeroplane", "aeroplanes"), n("airplane", "airplanes")]),
    o("helicopter", "🚁", Flyer, &[n("helicopter", "helicopters")]),
    o("rocket", "🚀", Flyer, &[n("rocket", "rockets")]),
    o("spaceship", "🛸", Flyer, &[n("spaceship", "spaceships")]),
    // Food and drink.
    coloured(
        o("apple", "🍎", Food, &[n("apple", "apples")]),
        &[("red", "🍎"), ("green", "🍏")],
    ),
    o("banana", "🍌", Food, &[n("banana", "bananas")]),
    o("strawberry", "🍓", Food, &[n("strawberry", "strawberries")]),
    o("watermelon", "🍉", Food, &[n("watermelon", "watermelons"), n("melon", "melons")]),
    o("pineapple", "🍍", Food, &[n("pineapple", "pineapples")]),
    o("lemon", "🍋", Food, &[n("lemon", "lemons")]),
    o("avocado", "🥑", Food, &[n("avocado", "avocados")]),
    o("carrot", "🥕", Food, &[n("carrot", "carrots")]),
    o("broccoli", "🥦", Food, &[n("broccoli", "")]),
    o("mushroom", "🍄", Food, &[n("mushroom", "mushrooms"), n("toadstool", "toadstools")]),
    o("tomato", "🍅", Food, &[n("tomato", "tomatoes")]),
    o("pumpkin", "🎃", Food, &[n("pumpkin", "pumpkins")]),
    o("pizza", "🍕", Food, &[n("pizza", "pizzas")]),
    o("hamburger", "🍔", Food, &[n("hamburger", "hamburgers"), n("burger", "burgers")]),
    o("sandwich", "🥪", Food, &[n("sandwich", "sandwiches")]),
    o("doughnut", "🍩", Food, &[n("doughnut", "doughnuts")]),
    o("cookie", "🍪", Food, &[n("cookie", "cookies"), n("biscuit", "biscuits")]),
    o("cake", "🎂", Food, &[n("cake", "cakes"), n("birthday cake", "birthday cakes")]),
    o("ice cream", "🍦", Food, &[n("ice cream", "ice creams")]),
    o("popcorn", "🍿", Food, &[n("popcorn", "")]),
    o("cheese", "🧀", Food, &[n("cheese", "")]),
    o("egg", "🥚", Food, &[n("egg", "eggs")]),
    o("coffee", "☕", Food, &[n("coffee", "coffees"), n("cup", "cups")]),
    // Plants.
    o("sunflower", "🌻", Plant, &[n("sunflower", "sunflowers")]),
    o("rose", "🌹", Plant, &[n("rose", "roses")]),
    o("cactus", "🌵", Plant, &[n("cactus", "cactuses")]),
    o("palm tree", "🌴", Plant, &[n("palm tree", "palm trees"), n("palm", "palms")]),
    o("christmas tree", "🎄", Plant, &[n("christmas tree", "christmas trees")]),
    // Things.
    o("guitar", "🎸", Thing, &[n("guitar", "guitars")]),
    o("piano", "🎹", Thing, &[n("piano", "pianos"), n("keyboard", "keyboards")]),
    o("drum", "🥁", Thing, &[n("drum", "drums")]),
    o("trumpet", "🎺", Thing, &[n("trumpet", "trumpets")]),
    o("violin", "🎻", Thing, &[n("violin", "violins"), n("fiddle", "fiddles")]),
    o("football", "⚽", Thing, &[n("football", "footballs"), n("soccer ball", "soccer balls")]),
    o("basketball", "🏀", Thing, &[n("basketball", "basketballs")]),
    o("umbrella", "☂", Thing, &[n("umbrella", "umbrellas")]),
    o("hat", "🎩", Thing, &[n("hat", "hats")]),
    o("crown", "👑", Thing, &[n("crown", "crowns")]),
    o("shoe", "👟", Thing, &[n("shoe", "shoes"), n("sneaker", "sneakers")]),
    o("key", "🔑", Thing, &[n("key", "keys")]),
    o("candle", "🕯", Thing, &[n("candle", "candles")]),
    o("clock", "⏰", Thing, &[n("clock", "clocks"), n("alarm clock", "alarm clocks")]),
    o("telephone", "☎", Thing, &[n("telephone", "telephones"), n("phone", "phones")]),
    o("computer", "💻", Thing, &[n("computer", "computers"), n("laptop", "laptops")]),
    o("television", "📺", Thing, &[n("television", "televisions")]),
    o("camera", "📷", Thing, &[n("camera", "cameras")]),
    o("pencil", "✏", Thing, &[n("pencil", "pencils")]),
    o("hammer", "🔨", Thing, &[n("hammer", "hammers")]),
    o("chair", "🪑", Thing, &[n("chair", "chairs")]),
    o("bathtub", "🛁", Thing, &[n("bathtub", "bathtubs")]),
    o("house", "🏠", Thing, &[n("house", "houses")]),
    o("castle", "🏰", Thing, &[n("castle", "castles")]),
    o("tent", "⛺", Thing, &[n("tent", "tents")]),
    o("present", "🎁", Thing, &[n("present", "presents"), n("gift", "gifts")]),
    o("teddy bear", "🧸", Thing, &[n("teddy bear", "teddy bears"), n("teddy", "teddies")]),
    o("trophy", "🏆", Thing, &[n("trophy", "trophies")]),
    o("bell", "🔔", Thing, &[n("bell", "bells")]),
    o("diamond", "💎", Thing, &[n("diamond", "diamonds"), n("jewel", "jewels")]),
    o("microphone", "🎤", Thing, &[n("microphone", "microphones")]),
    o("fire", "🔥", Thing, &[n("fire", "fires"), n("flame", "flames")]),
    o("balloon", "🎈", Flyer, &[n("balloon", "balloons")]),
    o("kite", "🪁", Flyer, &[n("kite", "kites")]),
    o("rainbow", "🌈", Flyer, &[n("rainbow", "rainbows")]),
    coloured(
        o("heart", "❤", Thing, &[n("heart", "hearts")]),
        &[("red", "❤"), ("blue", "💙"), ("green", "💚"), ("yellow", "💛"), ("purple", "💜"), ("black", "🖤"), ("white", "🤍")],
    ),
    coloured(
        o("ball", "🔴", Thing, &[n("ball", "balls")]),
        &[("red", "🔴"), ("blue", "🔵"), ("green", "🟢"), ("yellow", "🟡"), ("purple", "🟣"), ("black", "⚫"), ("white", "⚪")],
    ),
    coloured(
        o("book", "📕", Thing, &[n("book", "books")]),
        &[("red", "📕"), ("blue", "📘"), ("green", "📗")],
    ),
];
