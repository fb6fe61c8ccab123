"""The built-in hold rules, one family in each file; ``registry`` knows them all."""
