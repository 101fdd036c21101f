use super::{Verona, check};
use crate::{NoDirectory, render};

#[test]
fn images_have_previews_below_their_paragraph() {
    check(
        "[chart](/user_uploads/2/ab/x.png) and text",
        "<p><a href=\"/user_uploads/2/ab/x.png\">chart</a> and text</p>\n\
         <div class=\"message_inline_image\"><a href=\"/user_uploads/2/ab/x.png\" title=\"chart\">\
         <img data-original-dimensions=\"1920x1080\" data-original-content-type=\"image/png\" \
         src=\"/user_uploads/thumbnail/2/ab/x.png/840x560.webp\"></a></div>",
    );
    check(
        "[a](/user_uploads/2/ab/moves.gif)\n\nnext",
        "<p><a href=\"/user_uploads/2/ab/moves.gif\">a</a></p>\n\
         <div class=\"message_inline_image\"><a href=\"/user_uploads/2/ab/moves.gif\" title=\"a\">\
         <img data-animated=\"true\" data-original-dimensions=\"1920x1080\" data-original-content-type=\"image/gif\" \
         src=\"/user_uploads/thumbnail/2/ab/moves.gif/840x560.webp\"></a></div>\n<p>next</p>",
    );
    check(
        "[a](/user_uploads/2/ab/x.heic)",
        "<p><a href=\"/user_uploads/2/ab/x.heic\">a</a></p>\n\
         <div class=\"message_inline_image\"><a href=\"/user_uploads/2/ab/x.heic\" title=\"a\">\
         <img data-original-dimensions=\"1920x1080\" data-original-content-type=\"image/heic\" \
         data-transcoded-image=\"1920x1080.webp\" src=\"/user_uploads/thumbnail/2/ab/x.heic/840x560.webp\"></a></div>",
    );
}

#[test]
fn images_without_a_thumbnail_yet_have_a_placeholder() {
    check(
        "[a](/user_uploads/2/ab/new.png)",
        "<p><a href=\"/user_uploads/2/ab/new.png\">a</a></p>\n\
         <div class=\"message_inline_image\"><a href=\"/user_uploads/2/ab/new.png\" title=\"a\">\
         <img class=\"image-loading-placeholder\" data-original-dimensions=\"1920x1080\" \
         data-original-content-type=\"image/png\" src=\"/static/images/loading/loader-black.svg\"></a></div>",
    );
}

#[test]
fn a_link_that_says_where_it_leads_gives_way_to_its_preview() {
    let preview = "<div class=\"message_inline_image\"><a href=\"/user_uploads/2/ab/x.png\">\
         <img data-original-dimensions=\"1920x1080\" data-original-content-type=\"image/png\" \
         src=\"/user_uploads/thumbnail/2/ab/x.png/840x560.webp\"></a></div>";
    check("[](/user_uploads/2/ab/x.png)", preview);
    check("a\n\n[](/user_uploads/2/ab/x.png)\n\nb", &format!("<p>a</p>\n{preview}\n<p>b</p>"));
    let link = "<a href=\"/user_uploads/2/ab/x.png\">/user_uploads/2/ab/x.png</a>";
    check("a [](/user_uploads/2/ab/x.png)", &format!("<p>a {link}</p>\n{preview}"));
    check("* [](/user_uploads/2/ab/x.png)", &format!("<ul>\n<li>{link}</li>\n</ul>\n{preview}"));
}

#[test]
fn one_preview_for_each_file_and_none_in_quotes() {
    let count = |source: &str| render(source, &Verona).html.matches("message_inline_image").count();
    assert_eq!(count("[a](/user_uploads/2/ab/x.png) [b](/user_uploads/2/ab/x.png)"), 1);
    assert_eq!(count("[a](/user_uploads/2/ab/x.png) [b](/user_uploads/2/ab/x.heic)"), 2);
    assert_eq!(count("> [a](/user_uploads/2/ab/x.png)"), 0);
    assert_eq!(count("```quote\n[a](/user_uploads/2/ab/x.png)\n```"), 0);
    assert_eq!(count("> [a](/user_uploads/2/ab/x.png)\n\n[a](/user_uploads/2/ab/x.png)"), 1);
    assert_eq!(count("`[a](/user_uploads/2/ab/x.png)`"), 0);
    assert_eq!(count("[a](/user_uploads/2/ab/broken.png)"), 0, "not an image that can be read");
    assert_eq!(count("[a](/user_uploads/2/ab/unknown.png)"), 0);
    assert_eq!(count("[a](https://elsewhere.example/x.png) https://elsewhere.example/y.png"), 0);
}

#[test]
fn the_realms_own_address_is_left_out() {
    check(
        "https://verona.example/user_uploads/2/ab/x.pdf",
        "<p><a href=\"/user_uploads/2/ab/x.pdf\">https://verona.example/user_uploads/2/ab/x.pdf</a></p>",
    );
    check(
        "[a](https://verona.example/#narrow/channel/9-announce)",
        "<p><a href=\"#narrow/channel/9-announce\">a</a></p>",
    );
    let html = render("https://verona.example/user_uploads/2/ab/x.png", &Verona).html;
    assert!(html.contains("title=\"https://verona.example/user_uploads/2/ab/x.png\"><img"), "{html}");
}

#[test]
fn videos_and_sounds() {
    check(
        "[film](/user_uploads/2/ab/x.mp4)",
        "<p><a href=\"/user_uploads/2/ab/x.mp4\">film</a></p>\n\
         <div class=\"message_inline_image message_inline_video\"><a href=\"/user_uploads/2/ab/x.mp4\" title=\"film\">\
         <video preload=\"metadata\" src=\"/user_uploads/2/ab/x.mp4\"></video></a></div>",
    );
    check(
        "![so\"ng](/user_uploads/2/ab/x.mp3)",
        "<p><audio controls preload=\"metadata\" src=\"/user_uploads/2/ab/x.mp3\" title=\"so&quot;ng\"></audio></p>",
    );
    check("[song](/user_uploads/2/ab/x.mp3)", "<p><a href=\"/user_uploads/2/ab/x.mp3\">song</a></p>");
    check("![x](/user_uploads/2/ab/x.pdf)", "<p><a href=\"/user_uploads/2/ab/x.pdf\">x</a></p>");
    check("![x](https://a.example/x.mp3)", "<p><a href=\"https://a.example/x.mp3\">x</a></p>");
}

#[test]
fn what_a_message_links_to_is_told() {
    let rendered = render("[a](/user_uploads/2/ab/x.png) ![b](/user_uploads/2/ab/x.mp3) `/user_uploads/c`", &Verona);
    assert!(rendered.linked_uploads.iter().eq(["2/ab/x.mp3", "2/ab/x.png"]));
    assert!(rendered.has_image && rendered.has_link);
    let rendered = render("> [a](/user_uploads/1/unknown)", &NoDirectory);
    assert!(rendered.linked_uploads.iter().eq(["1/unknown"]));
    assert!(!rendered.has_image && rendered.has_link);
}

#[test]
fn many_links_and_no_previews() {
    let links = |count: usize| (0..count).map(|at| format!("https://a.b/{at}\n")).collect::<String>();
    let image = "[a](/user_uploads/2/ab/x.png)";
    let few = render(&format!("{}{image}\n> https://a.b/quoted", links(23)), &Verona);
    assert_eq!(few.html.matches("message_inline_image").count(), 1);
    assert!(few.has_image);
    let many = render(&format!("{}{image}", links(24)), &Verona);
    assert_eq!(many.html.matches("message_inline_image").count(), 0);
    assert!(!many.has_image && many.has_link && many.linked_uploads.contains("2/ab/x.png"));
    let alone = render(&format!("[](/user_uploads/2/ab/x.png)\n\n{}", links(24)), &Verona);
    assert!(alone.html.starts_with("<p><a href=\"/user_uploads/2/ab/x.png\">/user_uploads"), "{}", alone.html);
}
