"""Log-in by an identity provider and second factors. Of these modules only `factors` is imported without the extra."""
