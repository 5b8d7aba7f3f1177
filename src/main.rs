//! The binary. Everything else is in the library, so that tests can reach it.

fn main() -> std::process::ExitCode {
    loadagent::main()
}
