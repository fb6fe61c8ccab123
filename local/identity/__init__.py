"""The identity provider of local runs: a certified OpenID Connect library with the demo people. Local tooling."""
