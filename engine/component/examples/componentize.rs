//! Makes a component of a core module: `componentize CORE WIT-FOLDER WORLD OUT`.
//! The core module imports and exports by the names of the world's interfaces, as the canonical ABI wants.

use anyhow::{Context, Result, bail};
use hotswap_component::Component;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [core, folder, world, out] = &arguments[..] else {
        bail!("usage: componentize CORE WIT-FOLDER WORLD OUT");
    };
    let bytes = std::fs::read(core).with_context(|| format!("{core} can't be read"))?;
    let mut module = hotswap_component::to_binary(&bytes)?.into_owned();

    let mut interfaces = Resolve::default();
    let (package, _) = interfaces.push_path(folder)?;
    let world = interfaces.select_world(&[package], Some(world))?;
    embed_component_metadata(&mut module, &interfaces, world, StringEncoding::UTF8, false)?;
    let component = ComponentEncoder::default().validate(true).module(&module)?.encode()?;

    let info = Component::inspect(&component)?;
    info.require_handler()?;
    std::fs::write(out, &component).with_context(|| format!("{out} can't be written"))?;
    println!("{out}: {} bytes, sha256 {}", info.size, info.digest);
    for name in &info.imports {
        println!("  imports {name}");
    }
    for name in &info.exports {
        println!("  exports {name}");
    }
    Ok(())
}
