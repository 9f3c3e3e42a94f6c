from commons.accounts.policies import holds_office, is_resident


def test_an_attested_resident_is_resident_here_and_in_the_region_but_not_next_door(olena, liuboml, kovel, volyn, at):
    assert is_resident(olena, liuboml, at=at).code == ""
    assert is_resident(olena, volyn, at=at).code == ""
    assert is_resident(olena, kovel, at=at).code == "not_resident"


def test_an_office_holds_in_its_place_only(petro, boris, liuboml, kovel, at):
    assert holds_office(petro, liuboml, "official", at=at).code == ""
    assert holds_office(petro, kovel, "official", at=at).code == "not_your_office"
    assert holds_office(boris, liuboml, "official", at=at).code == "not_your_office"
    assert holds_office(None, liuboml, "official", at=at).code == "sign_in_first"
