//! SVG, laid out here: for people who have nothing that draws.

use layout::backends::svg::SVGWriter;
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::geometry::Point;
use layout::core::style::LineStyleKind;
use layout::core::style::StyleAttr;
use layout::std_shapes::shapes::{Arrow, Element, LineEndKind, ShapeKind};
use layout::topo::layout::VisualGraph;

use super::{Drawing, Shape};

/// Points.
const FONT: usize = 13;
/// What a character takes of the width, at that size.
const WIDE: f64 = 7.4;
/// What a row takes of the height.
const HIGH: f64 = 17.0;

/// As an SVG image.
pub fn svg(drawing: &Drawing) -> String {
    let mut graph = VisualGraph::new(Orientation::TopToBottom);
    let boxes: Vec<_> = drawing
        .boxes
        .iter()
        .map(|b| {
            let rows = b.rows.iter().map(|r| r.chars().count());
            let size = Point::new(
                rows.max().unwrap_or(0) as f64 * WIDE + 24.0,
                b.rows.len() as f64 * HIGH + 20.0,
            );
            // 0xRRGGBBAA.
            let (fill, round) = match b.shape {
                Shape::Menu => (0xdbe9_ffff, 3),
                Shape::Step => (0xffff_ffff, 3),
                Shape::People => (0xdff5_e1ff, 15),
                Shape::End => (0xeeee_eeff, 15),
            };
            let look = StyleAttr::new(
                Color::new(0x3344_55ff),
                1,
                Some(Color::new(fill)),
                round,
                FONT,
            );
            let shape = ShapeKind::new_box(&b.rows.join("\n"));
            graph.add_node(Element::create(shape, look, Orientation::TopToBottom, size))
        })
        .collect();
    for way in &drawing.ways {
        if let (Some(from), Some(to)) = (boxes.get(way.from), boxes.get(way.to)) {
            let arrow = Arrow::new(
                LineEndKind::None,
                LineEndKind::Arrow,
                LineStyleKind::Normal,
                &way.label,
                &StyleAttr::new(Color::new(0x5566_77ff), 1, None, 0, FONT),
                &None,
                &None,
            );
            graph.add_edge(arrow, *from, *to);
        }
    }
    let mut writer = SVGWriter::new();
    graph.do_it(false, false, false, &mut writer);
    let title = format!("<title>{}</title>", escaped(&drawing.title));
    let image = writer.finalize();
    match image
        .find("<svg")
        .and_then(|at| Some(at + image.get(at..)?.find('>')? + 1))
    {
        Some(at) => [image.get(..at), Some(&title), image.get(at..)]
            .into_iter()
            .flatten()
            .collect(),
        None => image,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
