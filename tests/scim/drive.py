"""Drives the SCIM door with scim2-client, which knows the door only by what it says of itself and checks every answer against that."""

import os

from httpx2 import Client
from scim2_client import SCIMClientException
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import Error, PatchOp, PatchOperation, SCIMException, SearchRequest

OFFICIAL = "urn:vn:idp:params:scim:schemas:official:1.0:User"
POSTS = f"{OFFICIAL}:posts"


def user(number: str, name: str, unit: str) -> dict:
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", OFFICIAL],
        "userName": f"nv{number}x",
        "externalId": f"NV-{number}",
        "name": {"formatted": name},
        "active": True,
        OFFICIAL: {
            "personalNumber": number,
            "posts": [
                {
                    "unit": {"scheme": "gso", "code": unit},
                    "position": "chuyen-vien",
                    "roles": ["thong-ke"],
                    "from": "2025-07-01",
                    "decision": {"number": "12/QD-SNV", "date": "2025-06-30"},
                }
            ],
        },
    }


def refused(status: int, call) -> None:
    try:
        answer = call()
    except SCIMException as error:
        answer = error.to_error()
    except SCIMClientException as error:
        raise AssertionError(f"the client cannot read the refusal: {error}") from error
    assert isinstance(answer, Error) and int(answer.status) == status, f"not refused with {status}: {answer}"


def filters(client: SyncSCIMClient, User: type, pair: tuple) -> None:
    """What a personnel system asks when it compares its list with ours."""
    first, second = pair
    unit = first.groups[0].value

    def ids(**query) -> list[str]:
        found = client.query(User, query_parameters=SearchRequest(**query))
        return [one.id for one in found.resources or []]

    for text, expected in (
        ("active eq true", [first.id, second.id]),
        ("active eq false", []),
        ('name.formatted co "bình"', [second.id]),
        (f'groups.value eq "{unit}" and name.familyName eq "Nguyễn"', [first.id]),
        (f'{POSTS}[kind eq "primary" and from lt "2025-07-02"]', [first.id, second.id]),
        (f'{POSTS}.roles eq "thong-ke" and not (userName co "{first.user_name}")', [second.id]),
        (f'meta.lastModified ge "{second.meta.last_modified.isoformat()}" and id eq "{second.id}"', [second.id]),
        ('meta.lastModified lt "2020-01-01T00:00:00Z"', []),
    ):
        assert ids(filter=text) == expected, text
    pages = client.query(User, query_parameters=SearchRequest(filter="id pr", start_index=2, count=1))
    assert pages.total_results == 2 and [one.id for one in pages.resources] == [second.id], pages
    refused(400, lambda: client.query(User, query_parameters=SearchRequest(filter='nickName eq "x"')))


def main() -> None:
    http = Client(base_url=os.environ["SCIM_URL"], headers={"Authorization": f"Bearer {os.environ['SCIM_TOKEN']}"})
    client = SyncSCIMClient(http)
    client.discover()
    User, Group = client.get_resource_model("User"), client.get_resource_model("Group")
    assert User and Group, "both resources are discovered"

    made = client.create(User.model_validate(user("001085000001", "Nguyễn Văn An", "00004")))
    assert made.id and made.active and made.meta.version, made
    read = client.query(User, made.id)
    assert read.user_name == made.user_name and read.external_id == "NV-001085000001", read
    refused(409, lambda: client.create(User.model_validate(user("001085000001", "Nguyễn Văn An", "00004"))))
    refused(400, lambda: client.create(User.model_validate(user("001085000002", "Trần Thị Bình", "99999"))))
    second = client.create(User.model_validate(user("001085000002", "Trần Thị Bình", "00004")))

    found = client.query(User, query_parameters=SearchRequest(filter='externalId eq "NV-001085000002"'))
    assert [one.id for one in found.resources] == [second.id], found
    pages = client.query(User, query_parameters=SearchRequest(start_index=2, count=1))
    assert pages.total_results == 2 and len(pages.resources) == 1, pages
    filters(client, User, (made, second))

    groups = client.query(Group)
    assert groups.total_results > 1, groups
    mine = client.query(Group, query_parameters=SearchRequest(filter=f'members.value eq "{made.id}"'))
    assert mine.total_results == 1, mine

    again = client.replace(client.query(User, made.id))
    assert again.meta.version == read.meta.version, "what was read and sent back changes nothing"
    patch = PatchOp[User](
        operations=[PatchOperation(op=PatchOperation.Op.replace_, path="active", value=False)]
    )
    left = client.modify(User, made.id, patch)
    left = left or client.query(User, made.id)
    assert left.active is False, left
    client.delete(User, made.id)
    refused(404, lambda: client.query(User, made.id))
    print("scim2-client: discovery, create, read, filters, pages, groups, replace, modify and delete agree with the server's own schemas")


if __name__ == "__main__":
    main()
