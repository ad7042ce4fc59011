use iamx_lower::*;
use iamx_text::*;
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let mut sources = SourceMap::new();
    let mut modules = vec![];
    let mut fs: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "iamx"))
        .collect();
    fs.sort();
    for p in fs {
        let t = std::fs::read_to_string(&p).unwrap();
        let name = p.file_name().unwrap().to_str().unwrap().to_owned();
        let parse = iamx_syntax::parse(&t);
        for e in parse.errors() {
            println!("{name} {e:?}");
        }
        let f = sources.add(name.clone(), t);
        modules.push(Module { path: vec![name.trim_end_matches(".iamx").to_owned()], file: f, parse });
    }
    let settings = WorkspaceSettings { region: Some("eu-west-1".into()), ..Default::default() };
    let c = iamx_catalog::Catalog::builtin();
    let l = lower(&Input { sources: &sources, modules: &modules, catalog: c, settings: &settings });
    let mut d = l.diagnostics;
    d.extend(iamx_check::check(&l.program, c));
    iamx_diagnostic::sort(&mut d, &sources);
    println!(
        "{}",
        iamx_diagnostic::render(
            iamx_diagnostic::Format::Human,
            &d,
            &sources,
            iamx_diagnostic::Style { color: false, width: 100 }
        )
    );
    for f in iamx_emit::emit(&l.program, &sources, c) {
        println!("== {}\n{}", f.path, String::from_utf8_lossy(&f.bytes));
    }
}
