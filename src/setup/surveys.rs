//! What queues ask after a talk stands in the lines.

use crate::config::Config;
use crate::menu::load::Lines;

/// Each must be in some line. One line need not have it: lines share queues, and the callers of a line
/// without it are not asked.
pub(super) fn missing(config: &Config, lines: &Lines) -> Vec<String> {
    let asked = |queue| lines.iter().any(|l| l.survey_after(queue).is_some());
    let queues = config.queues.iter().filter(|q| !asked(&q.name));
    let told = queues.filter_map(|q| Some(q.survey.as_ref()?.missing.to_string()));
    told.collect()
}

#[cfg(test)]
mod tests {
    use crate::cli::Options;
    use crate::setup::{Purpose, load};

    #[test]
    fn a_survey_that_no_line_has_is_told_with_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let loaded = |survey: &str| {
            let file = folder.path().join("zeroline.toml");
            let text = format!(
                "[[queues]]\nname = \"support\"\nsurvey = \"{survey}\"\n[store]\ndir = {:?}\n",
                folder.path().join("data")
            );
            std::fs::write(&file, text).expect("a file");
            let options = Options {
                config: Some(file),
                ..Options::default()
            };
            load(&options, Purpose::Check).map(|_| ())
        };
        // Of the demo line.
        assert_eq!(loaded("rate"), Ok(()));
        let told = loaded("rated-by-nobody").expect_err("no line has it");
        let [one] = told.as_slice() else {
            panic!("{told:?}");
        };
        let what = "zeroline.toml:3: queues[0].survey: no line has a survey `rated-by-nobody`; name a \
                    node of the kind `survey` in the menus of those who are to be asked";
        assert!(one.ends_with(what), "{one}");
    }
}
