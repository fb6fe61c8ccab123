"""What list pages show of messages: rows made from records, and where they are filed. No I/O."""
