//! Prints the tree of the text on standard input.
use std::io::Read;
fn main(){ let mut s=String::new(); std::io::stdin().read_to_string(&mut s).unwrap(); let t=std::time::Instant::now(); let p=iamx_syntax::parse(&s); let d=t.elapsed();
 assert_eq!(p.syntax().text().to_string(), s);
 if std::env::args().len()<2 { println!("{:#?}",p.syntax()); }
 for e in &p.errors()[..p.errors().len().min(20)] { let st=usize::from(e.range.start()); println!("{:?} {:?}", e, &s[st.saturating_sub(30)..(st+40).min(s.len())]); } println!("{} bytes {:?} {:.1} MB/s", s.len(), d, s.len() as f64/1e6/d.as_secs_f64()); }
