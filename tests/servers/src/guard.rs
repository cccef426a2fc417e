//! A shell that looks after a server: it does what it is told line by line, and when whoever started it ends, by a panic or `kill -9`,
//! its input ends, and so does the server.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Who a server runs as.
#[derive(Debug, Clone, Copy)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl User {
    /// PostgreSQL refuses to run as root; then it is nobody.
    pub(crate) fn other_than_root() -> Option<Self> {
        let id = |arguments: &[&str]| -> u32 {
            let output = Command::new("id").args(arguments).output().expect("`id` can be run");
            String::from_utf8_lossy(&output.stdout).trim().parse().expect("`id` gives a number")
        };
        (id(&["-u"]) == 0).then(|| Self { uid: id(&["-u", "nobody"]), gid: id(&["-g", "nobody"]) })
    }
}

#[derive(Debug)]
pub(crate) struct Guard {
    shell: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Guard {
    /// Starts a shell with these functions: `start` and `stop` of the server, and `end`, which is called last.
    pub(crate) fn new(functions: &str, user: Option<User>) -> Self {
        let script = format!(
            "trap '' INT TERM HUP\n{functions}\nwhile read -r what; do\n  if $what >/dev/null; then echo ok; else echo failed; fi\ndone\nend >/dev/null 2>&1"
        );
        let mut command = Command::new("sh");
        command.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped()).current_dir("/");
        // A Ctrl-C at the terminal is for the tests; that they end is what ends the server.
        command.process_group(0);
        if let Some(User { uid, gid }) = user {
            command.uid(uid).gid(gid);
        }
        let mut shell = command.spawn().expect("`sh` can be started");
        let (input, output) = (shell.stdin.take(), BufReader::new(shell.stdout.take().expect("its output is a pipe")));
        Self { shell, input, output }
    }

    /// Calls a function of the shell and waits for its end; whether it succeeded.
    pub(crate) fn call(&mut self, function: &str) -> bool {
        let input = self.input.as_mut().expect("it is open until the guard is dropped");
        writeln!(input, "{function}").expect("the shell listens");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("the shell answers");
        answer.trim() == "ok"
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.shell.wait();
    }
}
