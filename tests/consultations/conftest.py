from tests.consultations.fixtures import consultation, draft

__all__ = ["consultation", "draft"]
