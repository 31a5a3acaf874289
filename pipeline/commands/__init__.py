"""The subcommands of `tfxp`, one a module, each loaded when it is called."""
