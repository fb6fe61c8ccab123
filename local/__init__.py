"""What stands in for Azure on one machine, and the commands of `./dev`. No part of what runs on Azure."""
