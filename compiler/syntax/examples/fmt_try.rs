//! Formats standard input.
use std::io::Read;
fn main(){ let mut s=String::new(); std::io::stdin().read_to_string(&mut s).unwrap(); let t=std::time::Instant::now(); let p=iamx_syntax::parse(&s); let d0=t.elapsed(); let t=std::time::Instant::now(); let f=iamx_syntax::format_parse(&s,&p); let d=t.elapsed();
 match f { Ok(f) => { if std::env::args().len()<2 { print!("{f}"); } let g=iamx_syntax::format(&f); if g.as_ref()!=Ok(&f) { eprintln!("NOT IDEMPOTENT"); if let Ok(g)=g {std::fs::write("/tmp/fmt-2.iamx",g).unwrap();std::fs::write("/tmp/fmt-1.iamx",&f).unwrap();} } } Err(e) => eprintln!("ERR {e}") }
 eprintln!("{} bytes parse {:?} format {:?} total {:.1} MB/s", s.len(), d0, d, s.len() as f64/1e6/(d+d0).as_secs_f64()); }
