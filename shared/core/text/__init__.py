"""Every text that a person reads, in Japanese and English, by key. Pure; texts are made late, from codes and arguments."""
