/** Lists for the fake backend: enough to look at every state of the window. */

const BY_CATEGORY: Record<string, string> = {
  fruit:
    "apple,orange,banana,pear,peach,plum,cherry,grape,mango,melon,lemon,lime,fig,date,kiwi,papaya,guava,apricot,quince,pineapple,strawberry,raspberry,blueberry,watermelon,pomegranate,tangerine,grapefruit,nectarine",
  countries:
    "Jamaica,Sri Lanka,Singapore,Malaysia,Norway,Peru,Ghana,Kenya,Chile,Nepal,Greece,Portugal,Angola,Tunisia,Croatia,Sweden,Zambia,Cameroon,Bulgaria,Venezuela,Mozambique,Kazakhstan,Argentina,The Netherlands,Iceland,Vietnam,Uruguay,Morocco",
  companies:
    "Facebook,Google,Siemens,Toyota,Nestle,Unilever,Samsung,Sony,Philips,Bosch,Shell,Lufthansa,Nokia,Ericsson,Renault,Volvo,Adidas,Pfizer,Bayer,Hitachi,Intel,Oracle,Boeing,Airbus,Canon,Panasonic,Vodafone,Heineken",
  dogs: "beagle,poodle,dachshund,boxer,collie,Dalmatian,Labrador,bulldog,greyhound,terrier,whippet,spaniel,setter,mastiff,husky,Samoyed,Akita,Rottweiler,Chihuahua,Pomeranian,schnauzer,pointer,bloodhound,foxhound,Newfoundland,Saint Bernard,Eurasier,vizsla",
  "musical instruments":
    "flute,guitar,piano,cello,violin,banjo,mandolin,harpsichord,sousaphone,bagpipe,saxophone,oboe,trombone,bass guitar,trumpet,clarinet,bassoon,harp,lute,zither,accordion,xylophone,timpani,tuba,piccolo,viola,sitar,ukulele",
  vegetables:
    "carrot,pea,onion,cabbage,zucchini,mushroom,green bean,legume,chickpea,leek,celery,turnip,radish,beetroot,spinach,kale,broccoli,cauliflower,eggplant,ginger,basil,sweet potato,butternut squash,spaghetti squash,artichoke,asparagus,fennel,parsnip",
  occupations:
    "nurse,carpenter,plumber,teacher,welder,baker,lawyer,architect,interviewer,etcher,pilot,surgeon,librarian,bricklayer,electrician,accountant,operations research analyst,repair worker,elevator repairer,computer support specialist,industrial engineering technician,gardener,tailor,optician,journalist,butcher,sailor,judge",
  "programming languages":
    "Python,Java,Ruby,Perl,Shell script,Scala,Clojure,Swift,Objective-C,Haskell,Rust,Assembly,JavaScript,PHP,TeX,C++,Kotlin,Erlang,Elixir,Fortran,Cobol,Ada,Lisp,Prolog,Smalltalk,Julia,Dart,OCaml",
  gemstones:
    "ruby stone,emerald,sapphire,topaz,opal,garnet,amethyst,lawsonite,quartz,agate,jade,onyx,turquoise,peridot,zircon,spinel,beryl,jasper,moonstone,tourmaline,citrine,aquamarine,malachite,obsidian,lapis lazuli,pearl,coral,amber",
  sports:
    "surfboat,football,rugby,cricket,hockey,tennis,badminton,judo,fencing,archery,rowing,sailing,skiing,curling,biathlon,handball,volleyball,water polo,gymnastics,wrestling,boxing,squash,golf,cycling,triathlon,lacrosse,baseball,softball",
};

export const NINE = [
  ...["apple", "orange", "banana", "Jamaica", "Sri Lanka"],
  ...["Singapore", "Malaysia", "Facebook", "Google"],
];

const categoryOfWord = new Map(
  Object.entries(BY_CATEGORY).flatMap(([category, words]) =>
    words.split(",").map((word) => [word, category] as const),
  ),
);

/** The group a made-up vector is drawn towards: a known word's own, else the text's last word. */
export function groupOf(text: string): string {
  return (
    categoryOfWord.get(text) ??
    categoryOfWord.get(text.replace(/^\S+ /, "")) ??
    text.split(" ").at(-1) ??
    text
  );
}

/** The group a context speaks of: "the company" means companies. */
export function categoryLike(context: string): string {
  const last = context.trim().split(" ").at(-1) ?? context;
  const stem = last.slice(0, Math.max(3, last.length - 1)).toLowerCase();
  return Object.keys(BY_CATEGORY).find((category) => category.startsWith(stem)) ?? last;
}

/** 280 words of ten categories, mixed as a person's list would be. */
export function words(): string[] {
  const columns = Object.values(BY_CATEGORY).map((list) => list.split(","));
  return Array.from({ length: 28 }, (_, row) => columns.map((column) => column[row] ?? "")).flat();
}

/** The same with a second form of each. */
export function moreWords(): string[] {
  return words().flatMap((word) => [word, `small ${word}`]);
}

const PLACES =
  "harbour,kitchen,market,garden,museum,forest,station,library,bakery,castle,village,river,theatre,airport,school,hospital,stadium,chapel,bridge,factory,vineyard,lighthouse,orchard,workshop,cinema,hotel,tavern,quarry,meadow,island,desert,glacier,volcano,lagoon,canyon,prairie,temple,palace,prison,archive,nursery,brewery,foundry,shipyard,aquarium,embassy,monastery,warehouse,laboratory,observatory";
const HOW =
  "old,new,small,large,quiet,noisy,bright,dark,cold,warm,distant,nearby,famous,hidden,empty,crowded,ancient,modern,northern,southern";

/** 20,000 texts of 50 groups. */
export function twentyThousand(): string[] {
  const how = HOW.split(",");
  return how.flatMap((first, i) =>
    how.flatMap((second, j) =>
      PLACES.split(",").map((place) => (i === j ? `${first} ${place}` : `${first} ${second} ${place}`)),
    ),
  );
}
