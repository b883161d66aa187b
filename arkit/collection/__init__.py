"""What to do about it: the worklist and its stages."""

from arkit.collection.stages import CollectionPolicy
from arkit.collection.worklist import worklist

__all__ = ["CollectionPolicy", "worklist"]
