"""Whether the Hugging Face hub answers: asked once, before its own client tries again for most of a minute."""

import urllib.error
import urllib.request

TIMEOUT_SECONDS = 5.0


def is_hub_reachable() -> bool:
    """Ask the hub's address for a sign of life, through the machine's proxies where it has some."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    request = urllib.request.Request(constants.ENDPOINT, method="HEAD")
    try:
        urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS).close()
    except urllib.error.HTTPError:
        return True  # an answer, if not a friendly one
    except OSError:
        return False
    return True
