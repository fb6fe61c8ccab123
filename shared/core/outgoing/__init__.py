"""From a decision's transform calls to outgoing bytes (stage 4b): where policy's words and transforms meet. Pure."""
