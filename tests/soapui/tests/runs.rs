//! Whole runs against a small server of our own: what a run carries on from step to step, when it stops, and what it says.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use soapui_runner::outcome::{Status, Stop, SuiteReport};
use soapui_runner::project::{NAMESPACE, Project};
use soapui_runner::run::{Options, run};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

/// Answers every call with its body inside an element, and with the header `x-say` where there is one; `fault` in a body makes a fault.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let (mut length, mut said, mut line) = (0, String::new(), String::new());
            while stream.read_line(&mut line).unwrap() > 2 {
                let (name, value) = line.split_once(':').unwrap_or_default();
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.trim().parse().unwrap(),
                    "x-say" => said = value.trim().to_owned(),
                    _ => {}
                }
                line.clear();
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let body = String::from_utf8(body).unwrap();
            let content = if body.contains("fault") {
                "<e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault>".to_owned()
            } else {
                format!("<said header=\"{said}\">{body}</said>")
            };
            let answer =
                format!("<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>{content}</e:Body></e:Envelope>");
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                answer.len()
            );
            stream.get_mut().write_all((head + &answer).as_bytes()).unwrap();
        }
    });
    format!("http://{address}/service")
}

fn project(suites: &str) -> String {
    format!(
        "<con:soapui-project xmlns:con='{NAMESPACE}' name='p'><con:interface name='I' soapVersion='1_1'><con:endpoints><con:endpoint>${{#Project#Address}}</con:endpoint></con:endpoints>
         <con:operation name='Say' action='urn:say'/></con:interface>{suites}</con:soapui-project>"
    )
}

fn case(name: &str, attributes: &str, steps: &str) -> String {
    format!("<con:testCase name='{name}' id='{name}' {attributes}>{steps}</con:testCase>")
}

fn suite(cases: &str) -> String {
    format!("<con:testSuite name='s'>{cases}</con:testSuite>")
}

fn request(name: &str, body: &str, assertions: &str) -> String {
    format!(
        "<con:testStep type='request' name='{name}'><con:config><con:interface>I</con:interface><con:operation>Say</con:operation>
         <con:request><con:settings><con:setting id='com.eviware.soapui.impl.wsdl.WsdlRequest@request-headers'>&lt;con:entry key='x-say' value='${{#Project#Greeting}}'/></con:setting></con:settings>
         <con:request>{body}</con:request>{assertions}</con:request></con:config></con:testStep>"
    )
}

fn contains(token: &str) -> String {
    format!("<con:assertion type='Simple Contains'><con:configuration><token>{token}</token></con:configuration></con:assertion>")
}

fn ran(suites: &str, options: Options) -> Vec<SuiteReport> {
    let mut options = options;
    options.project.push(("Address".into(), server()));
    run(&Project::parse(&project(suites)).unwrap(), &options, &mut |_| ()).unwrap()
}

fn statuses(report: &[SuiteReport]) -> Vec<Status> {
    report
        .iter()
        .flat_map(|suite| &suite.cases)
        .flat_map(|case| &case.steps)
        .map(|step| step.status.clone())
        .collect()
}

#[test]
fn values_travel_from_answers_into_requests_headers_and_assertions() {
    let steps = [
        request("First", "&lt;v>one&lt;/v>", &contains("header=\"hello\"")),
        "<con:testStep type='transfer' name='T'><con:config><con:transfers><con:name>t</con:name><con:sourceStep>First</con:sourceStep><con:sourceType>Response</con:sourceType>
         <con:sourcePath>//v</con:sourcePath><con:targetStep>Second</con:targetStep><con:targetType>Request</con:targetType><con:targetPath>//v</con:targetPath></con:transfers></con:config></con:testStep>".into(),
        request("Second", "&lt;v>?&lt;/v>", &contains("<v>${First#Response#//v}</v>").replace("<v>", "&lt;v>").replace("</v>", "&lt;/v>")),
    ];
    let options = Options {
        project: vec![("Greeting".into(), "hello".into())],
        ..Options::default()
    };
    let report = ran(&suite(&case("c", "", &steps.concat())), options);
    assert_eq!(statuses(&report), [Status::Passed, Status::Passed, Status::Passed], "{report:#?}");
}

#[test]
fn a_called_case_is_given_properties_and_gives_some_back_even_when_it_is_disabled() {
    let called = case(
        "called",
        "disabled='true'",
        &("<con:testStep type='transfer' name='T'><con:config><con:transfers><con:name>t</con:name><con:sourceStep>#TestCase#</con:sourceStep><con:sourceType>In</con:sourceType>
           <con:targetStep>#TestCase#</con:targetStep><con:targetType>Out</con:targetType></con:transfers></con:config></con:testStep>"
            .to_owned()
            + "<con:properties><con:property><con:name>In</con:name></con:property><con:property><con:name>Out</con:name></con:property></con:properties>"),
    );
    let caller = case(
        "caller",
        "",
        &("<con:testStep type='calltestcase' name='Call'><con:config><con:targetTestCase>called</con:targetTestCase><con:properties><con:property><con:name>In</con:name><con:value>x${#Project#Greeting}</con:value></con:property></con:properties>
           <con:returnProperties><con:entry>Out</con:entry></con:returnProperties></con:config></con:testStep>".to_owned()
            + &request("R", "&lt;v>${Call#Out}&lt;/v>", &contains("xhello"))),
    );
    let options = Options {
        project: vec![("Greeting".into(), "hello".into())],
        ..Options::default()
    };
    let report = ran(&suite(&(called + &caller)), options);
    assert_eq!(statuses(&report), [Status::Passed, Status::Passed], "{report:#?}");
    assert!(report[0].cases[0].disabled);
}

#[test]
fn a_failure_in_a_called_case_fails_the_caller() {
    let called = case("called", "disabled='1'", &request("R", "&lt;v/>", &contains("nothing of the kind")));
    let caller = case(
        "caller",
        "",
        "<con:testStep type='calltestcase' name='Call'><con:config><con:targetTestCase>called</con:targetTestCase></con:config></con:testStep>",
    );
    assert_eq!(statuses(&ran(&suite(&(called + &caller)), Options::default())), [Status::Failed]);
}

#[test]
fn a_failed_step_ends_its_case_unless_the_case_or_the_command_line_says_otherwise() {
    let steps = request("Bad", "&lt;v/>", &contains("nothing of the kind")) + &request("Good", "&lt;v/>", &contains("&lt;v/>"));
    let went_on = [Status::Failed, Status::Passed];
    assert_eq!(
        statuses(&ran(&suite(&case("c", "", &steps)), Options::default())),
        [Status::Failed, Status::NotRun]
    );
    assert_eq!(
        statuses(&ran(&suite(&case("c", "failOnError='false'", &steps)), Options::default())),
        went_on
    );
    assert_eq!(
        statuses(&ran(
            &suite(&case("c", "", &steps)),
            Options {
                ignore_errors: true,
                ..Options::default()
            }
        )),
        went_on
    );
}

#[test]
fn disabled_steps_do_not_run_and_a_case_in_which_nothing_runs_has_not_passed() {
    let disabled = request("Off", "&lt;v/>", &contains("nothing")).replace("<con:testStep", "<con:testStep disabled='true'");
    assert_eq!(
        statuses(&ran(&suite(&case("c", "", &disabled)), Options::default())),
        [Status::Disabled, Status::Skipped]
    );
    assert_eq!(statuses(&ran(&suite(&case("c", "", "")), Options::default())), [Status::Skipped]);
}

#[test]
fn scripts_around_cases_and_requests_that_need_more_than_we_have_are_skipped() {
    let secured = request("R", "&lt;v/>", "").replace("<con:request><con:settings>", "<con:request outgoingWss='w'><con:settings>");
    let steps = format!("<con:setupScript>log.info 1</con:setupScript>{secured}");
    assert_eq!(
        statuses(&ran(&suite(&case("c", "", &steps)), Options::default())),
        [Status::Skipped, Status::Skipped]
    );
}

#[test]
fn nobody_there_is_a_failure() {
    let options = Options {
        endpoint: Some("http://127.0.0.1:9/".into()),
        ..Options::default()
    };
    let report = ran(&suite(&case("c", "", &request("R", "&lt;v/>", ""))), options);
    assert!(matches!(&report[0].cases[0].steps[0].problems[0].1, Stop::Failed(why) if why.contains("no answer")));
}

#[test]
fn the_exit_code_tells_success_failure_and_what_was_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let good = case("good", "", &request("R", "&lt;v/>", &contains("&lt;v/>")));
    let bad = case(
        "bad",
        "",
        &request("R", "&lt;fault/>", "<con:assertion type='SOAP Fault Assertion'/>"),
    );
    let script = case("script", "", "<con:testStep type='groovy' name='g'/>");
    let path = folder.path().join("p.xml");
    std::fs::write(&path, project(&suite(&(good + &bad + &script)))).unwrap();
    let address = format!("Address={}", server());
    let code = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_soapui-runner"));
        command
            .arg(&path)
            .args(["-P", &address])
            .args(more)
            .output()
            .unwrap()
            .status
            .code()
            .unwrap()
    };
    assert_eq!(code(&["-c", "good"]), 0);
    assert_eq!(code(&["-c", "bad"]), 1);
    assert_eq!(code(&["-c", "bad", "-I"]), 0);
    assert_eq!(code(&["-c", "script"]), 3);
    assert_eq!(code(&["-c", "script", "--allow-skipped"]), 0);
    assert_eq!(code(&["-s", "nothing"]), 2);
    assert_eq!(code(&["-s", "s", "-j", "-f", &folder.path().join("report").to_string_lossy()]), 1);
    let junit = std::fs::read_to_string(folder.path().join("report/TEST-s.xml")).unwrap();
    let tree = roxmltree::Document::parse(&junit).unwrap();
    assert_eq!(tree.root_element().attribute("tests"), Some("3"));
    assert_eq!(tree.root_element().attribute("failures"), Some("1"));
    assert_eq!(tree.root_element().attribute("skipped"), Some("1"));
}
