"""What Matta is on Azure: templates, scripts of azd, and their check."""
