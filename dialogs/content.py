"""One bundle of trainers' content, as a call uses it; what callers' words mean is loaded by `nlu`."""

from dataclasses import dataclass, replace
from pathlib import Path

from dialogs.bundle_files import bundle_id
from dialogs.flow_schema import read_flows
from dialogs.flows import Flows
from dialogs.responses import Responses, read_responses
from dialogs.thresholds import Thresholds, read_thresholds
from procedures.catalogue import Catalogue
from procedures.places import Places
from procedures.places_yaml import load_places
from procedures.records.sources import FILE, Sources
from procedures.yaml_source import read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    bundle_id: str
    """Hash over every file of the folder."""
    catalogue: Catalogue
    flows: Flows
    responses: Responses
    thresholds: Thresholds
    places: Places

    @classmethod
    def load(cls, folder: Path) -> "Content":
        """Raises `procedures.errors.ContentFileError` naming file, line and field."""
        responses = read_responses(read_yaml(folder / "responses.yml"))
        return cls(
            bundle_id=bundle_id(folder),
            catalogue=Catalogue.load(folder / "procedures", Sources.load(folder / FILE)),
            flows=read_flows(read_yaml(folder / "flows.yml"), responses.texts),
            responses=responses,
            thresholds=read_thresholds(read_yaml(folder / "thresholds.yml")),
            places=load_places(folder),
        )

    def written(self) -> "Content":
        """For conversations that are read, not heard."""
        return replace(self, responses=self.responses.written())
