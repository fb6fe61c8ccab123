"""What Matta knows about mail, as pure functions on frozen values: no storage, network, clock or randomness here."""
