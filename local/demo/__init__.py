"""The story that `./dev demo` plays: what people see and do when Matta guards their mail."""
