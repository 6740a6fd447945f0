"""Nothing asynchronous may vanish: it is tried again, then kept, and somebody is told."""

import json

from tests.infra.conftest import Built, Resource

FREE_ALARMS = 10


def test_every_work_queue_keeps_what_fails(cloud: Built) -> None:
    kept = _dead_letter_queues(cloud)
    for mapping in _queue_mappings(cloud):
        queue = cloud.resources("AWS::SQS::Queue")[mapping["EventSourceArn"]["Fn::GetAtt"][0]]["Properties"]
        assert queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] in kept


def test_a_message_stays_hidden_six_times_as_long_as_its_function_may_run(cloud: Built) -> None:
    for mapping in _queue_mappings(cloud):
        queue = cloud.resources("AWS::SQS::Queue")[mapping["EventSourceArn"]["Fn::GetAtt"][0]]["Properties"]
        function = cloud.resources("AWS::Lambda::Function")[mapping["FunctionName"]["Ref"]]["Properties"]
        assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]


def test_batches_name_the_messages_that_failed(cloud: Built) -> None:
    for mapping in cloud.resources("AWS::Lambda::EventSourceMapping").values():
        assert mapping["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_poisoned_record_does_not_stop_the_stream(cloud: Built) -> None:
    mappings = _stream_mappings(cloud)
    assert len(mappings) == 2  # a stream serves two readers and no more
    for mapping in mappings:
        assert mapping["BisectBatchOnFunctionError"] is True
        assert 0 < mapping["MaximumRetryAttempts"] < 10_000
        assert mapping["StartingPosition"] == "TRIM_HORIZON"
        destination = mapping["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
        assert destination in cloud.resources("AWS::SQS::Queue")


def test_the_readers_of_the_stream_see_only_what_concerns_them(cloud: Built) -> None:
    filters = [mapping["FilterCriteria"]["Filters"] for mapping in _stream_mappings(cloud)]
    commits, heads = sorted(([json.loads(one["Pattern"])["dynamodb"] for one in some] for some in filters), key=len)
    assert commits == [{"Keys": {"sk": {"S": [{"prefix": "COMMIT#"}, {"prefix": "V#"}]}}}]
    head = {"pk": {"S": [{"prefix": "after-sales#TKT#"}]}, "sk": {"S": ["HEAD"]}}
    timed = {"timer_sk": {"S": [{"exists": True}]}}
    assert heads == [{"Keys": head, "NewImage": timed}, {"Keys": head, "OldImage": timed}]


def test_every_dead_letter_queue_has_an_alarm_and_no_alarm_costs_anything(cloud: Built) -> None:
    alarms = [alarm["Properties"] for alarm in cloud.resources("AWS::CloudWatch::Alarm").values()]
    watched = {
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0] for alarm in alarms if alarm.get("Namespace") == "AWS/SQS"
    }
    assert watched == _dead_letter_queues(cloud)
    assert all(alarm["AlarmActions"] for alarm in alarms)
    assert len(alarms) <= FREE_ALARMS


def test_alarms_may_tell_their_topic(cloud: Built) -> None:
    (policy,) = (
        resource["Properties"]["PolicyDocument"]["Statement"]
        for logical_id, resource in cloud.resources("AWS::SNS::TopicPolicy").items()
        if logical_id.startswith("Alarms")
    )
    assert [s["Principal"] for s in policy if s["Effect"] == "Allow"] == [{"Service": "cloudwatch.amazonaws.com"}]


def test_deleted_tickets_are_looked_at_again_when_no_door_runs_any_more_that_read_them_before(cloud: Built) -> None:
    queues = [queue["Properties"] for queue in cloud.resources("AWS::SQS::Queue").values()]
    (late,) = [queue["DelaySeconds"] for queue in queues if "DelaySeconds" in queue]
    doors = [one["Properties"]["Timeout"] for entry, one in cloud.functions().items() if "http" in entry]
    assert doors
    assert late > max(doors)


def test_a_rule_that_cannot_deliver_keeps_the_event(cloud: Built) -> None:
    rules = cloud.resources("AWS::Events::Rule").values()
    assert rules
    for rule in rules:
        assert rule["Properties"]["EventPattern"]["source"] == ["aftercare"]
        for target in rule["Properties"]["Targets"]:
            assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] in _dead_letter_queues(cloud)


def test_only_tickets_that_no_door_triaged_go_to_the_queue_that_triages(cloud: Built) -> None:
    triage = cloud.functions()["functions.router.triage.handler"]["LogicalId"]
    (queue,) = [one["EventSourceArn"] for one in _queue_mappings(cloud) if one["FunctionName"]["Ref"] == triage]
    heard = [
        rule["Properties"]["EventPattern"]
        for rule in cloud.resources("AWS::Events::Rule").values()
        if queue in [target["Arn"] for target in rule["Properties"]["Targets"]]
    ]
    untriaged = {"is_triaged": [False, {"exists": False}]}
    assert heard == [{"source": ["aftercare"], "detail-type": ["TicketOpened"], "detail": untriaged}]


def _dead_letter_queues(built: Built) -> set[str]:
    return {logical_id for logical_id in built.resources("AWS::SQS::Queue") if not _is_work(built, logical_id)}


def _is_work(built: Built, logical_id: str) -> bool:
    return "RedrivePolicy" in built.resources("AWS::SQS::Queue")[logical_id]["Properties"]


def _queue_mappings(built: Built) -> list[Resource]:
    return [mapping for mapping in _mappings(built) if "ScalingConfig" in mapping]


def _stream_mappings(built: Built) -> list[Resource]:
    return [mapping for mapping in _mappings(built) if "ScalingConfig" not in mapping]


def _mappings(built: Built) -> list[Resource]:
    return [mapping["Properties"] for mapping in built.resources("AWS::Lambda::EventSourceMapping").values()]
