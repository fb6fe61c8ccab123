"""The fault harness: mail flows through a whole instance while its parts are broken; then the books are checked."""
