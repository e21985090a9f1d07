"""Who is one network: what limits by network count as one caller."""

import ipaddress


def network_of_address(address: str) -> str:
    """The network of an address: of IPv4 itself, of IPv6 its /64; "unknown" for anything else.

    IPv4 written as IPv6, as servers that listen for both do, is IPv4: in one /64 everybody would be one network.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network((parsed, 64 if parsed.version == 6 else 32), strict=False))
