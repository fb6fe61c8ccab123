"""Parts of the functions host for one machine; `local/functions_host.py` is the entry point."""
