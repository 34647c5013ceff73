//! Counting tests from what the test runners print.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// How many tests went which way.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Count {
    /// A check that is no set of tests counts as one.
    pub(crate) fn one(passed: bool) -> Self {
        Self { passed: u64::from(passed), failed: u64::from(!passed), skipped: 0 }
    }

    /// One check that could not be made here.
    pub(crate) fn skipped() -> Self {
        Self { skipped: 1, ..Self::default() }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// The summary line.
    pub(crate) fn summary(self) -> String {
        let skipped = if self.skipped > 0 { format!(", {} skipped", self.skipped) } else { String::new() };
        format!("{} passed, {} failed{skipped}", self.passed, self.failed)
    }
}

/// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; …`; `None` for any other line.
pub(crate) fn libtest(line: &str) -> Option<Count> {
    let (_, numbers) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut count = Count::default();
    for part in numbers.split("; ") {
        match part.split_once(' ') {
            Some((number, "passed")) => count.passed = number.parse().ok()?,
            Some((number, "failed")) => count.failed = number.parse().ok()?,
            Some((number, "ignored")) => count.skipped = number.parse().ok()?,
            _ => {}
        }
    }
    Some(count)
}

/// Reads `3 passed, 0 failed, 1 todo`, the last line of a run that ends with its counts. A run that ends otherwise failed.
pub(crate) fn summary(line: &str, succeeded: bool) -> Count {
    let numbers: Vec<u64> = line.split(", ").filter_map(|part| part.split_once(' ')?.0.parse().ok()).collect();
    match numbers.as_slice() {
        &[passed, failed, skipped] if succeeded == (failed == 0) && passed > 0 => Count { passed, failed, skipped },
        _ => Count::one(false),
    }
}

/// Counts a whole run of one test program from its lines and how it ended.
pub(crate) fn program(lines: impl IntoIterator<Item = Count>, succeeded: bool) -> Count {
    let mut lines = lines.into_iter().peekable();
    if lines.peek().is_none() {
        // No result line: a program with a `main` of its own, or one that crashed.
        return Count::one(succeeded);
    }
    let mut count = Count::default();
    lines.for_each(|line| count.add(line));
    if !succeeded && count.failed == 0 {
        // It broke outside its tests, which no result line tells.
        count.failed = 1;
    }
    count
}

/// Reads the report of vitest's JSON reporter, which must cover `files` test files: a run that saw fewer has passed over some.
pub(crate) fn vitest(report: &str, files: usize) -> Result<Count> {
    let report: Value = serde_json::from_str(report).context("vitest's report is no JSON")?;
    let seen = report["testResults"].as_array().map_or(0, Vec::len);
    ensure!(seen == files, "vitest ran {seen} test files of {files}");
    let number = |name: &str| report[name].as_u64().with_context(|| format!("vitest's report has no {name}"));
    let mut count = Count {
        passed: number("numPassedTests")?,
        failed: number("numFailedTests")?,
        skipped: number("numPendingTests")? + report["numTodoTests"].as_u64().unwrap_or(0),
    };
    if report["success"] != Value::Bool(true) && count.failed == 0 {
        // A file that could not be loaded holds no failed test, yet it failed.
        count.failed = number("numFailedTestSuites")?.max(1);
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_runs_last_line_and_believes_no_other() {
        let count = Count { passed: 3, failed: 1, skipped: 2 };
        assert_eq!(summary("3 passed, 1 failed, 2 todo", false), count);
        for (line, succeeded) in
            [("3 passed, 1 failed, 2 todo", true), ("0 passed, 0 failed, 0 todo", true), ("Error", true)]
        {
            assert_eq!(summary(line, succeeded), Count::one(false), "{line}");
        }
    }

    #[test]
    fn reads_libtests_result_line() {
        let line = "test result: FAILED. 12 passed; 2 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.01s";
        assert_eq!(libtest(line), Some(Count { passed: 12, failed: 2, skipped: 1 }));
        assert_eq!(libtest("test one ... ok"), None);
        assert_eq!(libtest("the test result: ok. 1 passed"), None);
    }

    #[test]
    fn a_program_that_crashes_is_a_failure() {
        assert_eq!(program([], false), Count::one(false));
        let passed = Count { passed: 3, ..Count::default() };
        assert_eq!(program([passed], false), Count { passed: 3, failed: 1, skipped: 0 });
        assert_eq!(program([passed], true), passed);
    }

    #[test]
    fn reads_vitests_report() {
        let report = r#"{"numPassedTests":7,"numFailedTests":1,"numPendingTests":2,"numFailedTestSuites":1,"success":false,"testResults":[{}]}"#;
        assert_eq!(vitest(report, 1).ok(), Some(Count { passed: 7, failed: 1, skipped: 2 }));
        assert!(vitest("{}", 0).is_err());
        assert!(vitest(report, 2).is_err(), "a file was passed over");
    }

    #[test]
    fn a_test_file_that_does_not_load_is_a_failure() {
        let report = r#"{"numPassedTests":7,"numFailedTests":0,"numPendingTests":0,"numFailedTestSuites":1,"success":false,"testResults":[{}]}"#;
        assert_eq!(vitest(report, 1).ok(), Some(Count { passed: 7, failed: 1, skipped: 0 }));
    }

    #[test]
    fn the_summary_names_skipped_tests_only_if_there_are_any() {
        let mut count = Count { passed: 3, failed: 0, skipped: 0 };
        assert_eq!(count.summary(), "3 passed, 0 failed");
        count.add(Count::skipped());
        assert_eq!(count.summary(), "3 passed, 0 failed, 1 skipped");
    }
}
