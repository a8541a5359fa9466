"""The vocabulary of the demonstration: plain tables of words, all our own. Nothing here names a real book, person or company."""

# ruff: noqa: SIM905 -- lists of words read best as text

ADJECTIVES = (
    "Quiet Distant Hollow Burning Paper Silver Second Last Borrowed Northern Patient Crooked Gentle Forgotten Electric Bitter Amber "
    "Wandering Salt Winter Glass Broken Lesser Hidden Slow Crimson Unwritten Restless Copper Velvet Drowned Early Secret Long Small "
    "Wild Faithful Idle Luminous Ordinary Narrow Sunken Painted Stolen Thirteenth Uncertain Weathered Bright Cold Deep Eastern"
).split()
NOUNS = (
    "Harbour Orchard Engine Lantern River Cartographer Garden Archive Clock Winter Sparrow Lighthouse Kitchen Bridge Atlas Tide "
    "Compass Apprentice Library Mirror Carnival Meadow Machine Signal Ferry Observatory Letter Moth Island Quarry Station Window "
    "Beekeeper Market Storm Ladder Violin Cathedral Fox Glacier Workshop Almanac Promise Shore Tailor Comet Mountain Thread Door "
    "Feather Daughter Neighbour Alphabet Astronomer Bakery Canal Dialect Estuary Foundry Gardener Horizon Inventor Juniper Kingdom"
).split()
PLACES = (
    "Arosund|Vell|Tamarin|Kestrel Bay|Ostrava Street|Lower Marsh|Saint Orrin|Dunmere|Port Ilsa|Cassel Hill|the Ninth Floor|Halden|Miravale|"
    "the Old Quarter|Sorrel Island|Nordvik|Bellweather|Tallow Lane|the Far Bank|Quillon|Ashgrove|Penhallow Bridge"
).split("|")
VERBS = "Keep Mend Read Lose Follow Remember Grow Paint Cross Bake Build Leave".split()
OBJECTS = (
    "Bees in a City|a Clock|the Sky|a River Twice|Old Maps|Almost Anything|Roses in Sand|a House of Paper|the Night Bus|Bread for Forty|"
    "a Small Boat|Without Saying So"
).split("|")
SUBTITLES = (
    "A Novel|Stories|A Memoir in Nine Rooms|Essays on Attention|A Field Guide|Notes from a Small Shop|Collected Poems|A Handbook|"
    "The Illustrated Edition|An Unreliable History"
).split("|")

# Titles in other scripts with what a cover says in Latin letters.
FOREIGN_TITLES: tuple[tuple[str, str, str], ...] = (
    ("雨の図書館", "Ame no Toshokan", "ja"),
    ("静かな港の手紙", "Shizuka na Minato no Tegami", "ja"),
    ("月と機関車", "Tsuki to Kikansha", "ja"),
    ("第九层的来信", "Letters from the Ninth Floor", "zh"),
    ("盐路", "Yan Lu", "zh"),
    ("등대의 겨울", "Deungdae-ui Gyeoul", "ko"),
    ("Тихая гавань", "Tikhaya Gavan", "ru"),
    ("Последний паром", "Posledniy Parom", "ru"),
    ("Ο κήπος του ρολογά", "O Kipos tou Rologa", "el"),
    ("حديقة المرايا", "Hadiqat al-Maraya", "ar"),
    ("הספרייה שעל הגשר", "The Library on the Bridge", "he"),
    ("नदी का दूसरा किनारा", "Nadi ka Dusra Kinara", "hi"),
    ("Die Gärtnerin von Übersee", "Die Gartnerin von Ubersee", "de"),
    ("L’été des horlogers", "L'ete des horlogers", "fr"),
    ("El año de la niebla", "El ano de la niebla", "es"),
    ("Smörgåsbordets arkitekt", "Smorgasbordets arkitekt", "sv"),
    ("Żółta latarnia", "Zolta latarnia", "pl"),
    ("สวนของนาฬิกา", "Suan khong Nalika", "th"),
)

GIVEN = (
    "Mara Tomas Ines Oskar Lena Jonas Priya Daniel Amina Felix Noor Elias Clara Hugo Sofia Ivo Greta Mateo Ruth Anders Yara Simon Petra "
    "Kofi Alma Rafael Edith Luca Saskia Omar Hanne Victor Nadia Emil Zofia Arthur Leila Marek Judith Pablo Astrid Bruno Celeste Dario"
).split()
FAMILY = (
    "Lindqvist Okafor Calloway Aldarin Novak Ferreira Haddad Brandt Moreau Castell Ishikawa-Reed Vance Petrov Adeyemi Kessler Rowan "
    "Salinas Thorne Bjornstad Whitlock Duarte Falk Marchetti Osei Quist Rahman Sorensen Tanaka-Holt Ulrich Varga Winslow Yilmaz Zeller "
    "Abernathy Bellamy Corvin Draper Eklund Fontaine Granger Hollis Iverson Jansen Kowal Larkin Mbeki Nakamura Ostrom Pell"
).split()
FOREIGN_PERSONS: tuple[tuple[str, str], ...] = (
    ("青木 遥", "青木 遥"),
    ("林 小雨", "林 小雨"),
    ("김하늘", "김하늘"),
    ("Мария Соколова", "Соколова, Мария"),
    ("Ελένη Μαρκάτου", "Μαρκάτου, Ελένη"),
    ("ليلى منصور", "منصور, ليلى"),
    ("नीरा वर्मा", "वर्मा, नीरा"),
    ("Søren Ågård", "Ågård, Søren"),
    ("Zoë Beaumont-Léger", "Beaumont-Léger, Zoë"),
    ("José María Peñalver", "Peñalver, José María"),
    ("Łucja Wiśniewska", "Wiśniewska, Łucja"),
    ("Björk Þórsdóttir", "Þórsdóttir, Björk"),
)
PUBLISHERS = (
    "Small Harbour Press|Lantern & Sons|Ninth Floor Books|Meridian Row|Papermoon|Oak Street Editions|Tidewater House|Quillon Verlag|"
    "Éditions du Phare|Blue Kettle|Northlight|Third Bell|Casa Salina|Field & Fable|Harrow Lane|朝凪書房"
).split("|")
STUDIOS = ("Slow Lens|Kestrel Pictures|Harbourlight Films|Two Clocks|Studio Miravale|Long Shore Media|Open Window|Papermill Motion").split(
    "|"
)
GENRES = (
    "Fiction|Mystery|Science Fiction|Fantasy|History|Biography|Travel|Poetry|Essays|Cooking|Nature|Romance|Adventure|Crafts|Children|"
    "Philosophy|Horror|Humour"
).split("|")
TAGS = (
    "favourite shelf|slow burn|found family|sea|mountains|letters|first in series|award shortlist|illustrated|rainy day|book club|"
    "unreliable narrator|city life|winter|gardens|clocks|trains|translated|debut|short chapters|map inside|signed copy|night|golden hour|"
    "black and white|long exposure|street|portrait|wildlife|family|holiday|architecture|water|forest|stars|workshop|music|food|festival|"
    "archive footage|time lapse|interview|how-to|behind the scenes|4:3|restored|silent|drone|hand-drawn|noir|space|robots|magic school|"
    "pirates|detective|cozy|war and peace time|big animals|small animals|weather|bridges|bicycles|boats|tea|bread|bees|moths"
).split("|")
SERIES = (
    "The Salt Road|Tidewatch|Clockwork Lane|Lanterns over Vell|The Long Orbit|Moth & Ember|The Arosund Cycle|Inspector Falk|"
    "The Ferry Books|Glass Orchard|Nine Rooms|Paper Moons|The Beekeeper's Almanac|Northern Lines|Small Machines|Under Cassel Hill|"
    "The Quiet War of Gardeners|Signal Boys|Kestrel Bay|Atlas of Almost|夜汽車シリーズ|The Halden Letters"
).split("|")
CAMERAS: tuple[tuple[str, str], ...] = (
    ("Kestrel Optics", "K-7 II"),
    ("Northlight", "Field 50"),
    ("Papermoon", "PM-1"),
    ("Two Clocks", "Rangefinder M"),
)
SUMMARIES = (
    "When the last ferry of the season fails to return, {name} begins to ask what the harbour has been keeping.",
    "A tender, funny account of one year, two clocks and a house that would not stay where it was put.",
    "{name} inherits a workshop, an unpaid debt and a map that shows a street nobody remembers.",
    "Thirteen essays on looking closely, from tide pools to tram stops.",
    "In a city where letters arrive years late, {name} opens one meant for somebody else.",
    "Part manual, part love letter: everything worth knowing, and how it was learnt the slow way.",
    "The lighthouse has been dark for a century. Tonight it answers {name}.",
    "What begins as a quarrel over an orchard wall ends three villages later.",
)
PARAGRAPHS = (
    "The rain had come in from the sea before anyone was awake, and by seven the whole quarter smelled of rope and coffee.",
    "She kept the key on a nail behind the almanac, where nobody would look, and looked at it every morning herself.",
    "“You are early,” said the clockmaker, without turning round. “Or everyone else is late.”",
    "There were nine rooms in the house and eight doors, which he had always taken for a mistake in the counting.",
    "By the time the tram reached the bridge the argument was over, though neither of them knew it yet.",
    "Bread, string, two candles, the good knife: he read the list again and added nothing.",
    "From the hill you could see the ferry all the way across, small and certain, like a thought that had made up its mind.",
    "The letter was short. It said what letters of that kind say, and then, underneath, one thing more.",
)
SPEECH = (
    "Did you hear that?|The tide is early.|Not again...|Run!|Wait for me!|It was here yesterday.|Who left the lamp on?|Listen.|"
    "That is not on the map.|We cross at dawn.|Hold the rope!|I told you so.|Look up.|Three minutes.|Nobody lives here.|Then we walk."
).split("|")
PROMPT_SUBJECTS = (
    "a lighthouse in a wheat field|an old tram crossing a lake|a greenhouse at night|a paper boat the size of a house|"
    "a clock shop in the fog|a fox asleep on a library ladder|a market under lanterns|a bridge made of books"
).split("|")
PROMPT_STYLES = (
    "soft morning light|watercolour|35mm film grain|isometric|gouache on paper|golden hour|volumetric fog|muted palette"
).split("|")
