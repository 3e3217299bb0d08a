"""Sends run, dataset and job events with OpenLineage's own client, over each of its HTTP transports.

Needs PORTAL_URL and PORTAL_TOKEN. Prints one JSON object: the ids of the runs, and the counts of the asynchronous transport.
"""

import json
import os
from datetime import datetime, timedelta, timezone
from uuid import uuid4

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import (
    DatasetEvent,
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
    StaticDataset,
)
from openlineage.client import facet_v2 as f
from openlineage.client.generated import lineage
from openlineage.client.transport.http import ApiKeyTokenProvider, HttpCompression, HttpConfig, HttpTransport
from openlineage.client.transport.async_http import AsyncHttpConfig, AsyncHttpTransport

URL = os.environ["PORTAL_URL"]
AUTH = ApiKeyTokenProvider({"apiKey": os.environ["PORTAL_TOKEN"]})
PRODUCER = "https://gatehouse.example/clients"
LAKE = "s3://lake"
began = datetime(2026, 3, 1, 10, 0, 0, 123456, tzinfo=timezone.utc)


def at(seconds):
    return (began + timedelta(seconds=seconds)).isoformat()


def digest(letter):
    return "sha256:" + letter * 64


def versioned(version, **more):
    return {"version": f.dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=version), **more}


def run_event(state, seconds, run, job, inputs=(), outputs=()):
    return RunEvent(
        eventType=state, eventTime=at(seconds), run=run, job=job, producer=PRODUCER, inputs=list(inputs), outputs=list(outputs)
    )


packed = OpenLineageClient(transport=HttpTransport(HttpConfig(url=URL, auth=AUTH, compression=HttpCompression.GZIP)))
plain = OpenLineageClient(transport=HttpTransport(HttpConfig(url=URL, auth=AUTH)))
runs = {}

# A run with inputs while it runs, packed; then its end.
dag = str(uuid4())
root = f.parent_run.Root(run=f.parent_run.RootRun(runId=dag), job=f.parent_run.RootJob(namespace="airflow", name="flights"))
parent = f.parent_run.ParentRunFacet(run=f.parent_run.Run(runId=dag), job=f.parent_run.Job(namespace="airflow", name="flights"), root=root)
runs["dag"] = dag
runs["clean"] = str(uuid4())
clean = Run(
    runId=runs["clean"],
    facets={
        "parent": parent,
        "nominalTime": f.nominal_time_run.NominalTimeRunFacet(nominalStartTime=at(0), nominalEndTime=at(3600)),
        "processing_engine": f.processing_engine_run.ProcessingEngineRunFacet(version="3.5.1", name="spark", openlineageAdapterVersion="1.54.0"),
        "environmentVariables": f.environment_variables_run.EnvironmentVariablesRunFacet(
            environmentVariables=[
                f.environment_variables_run.EnvironmentVariable(name="REGION", value="west"),
                f.environment_variables_run.EnvironmentVariable(name="DATABASE_PASSWORD", value="correct-horse-battery"),
            ]
        ),
        "tags": f.tags_run.TagsRunFacet(tags=[f.tags_run.TagsRunFacetFields(key="tier", value="gold", source="USER")]),
        "externalQuery": f.external_query_run.ExternalQueryRunFacet(externalQueryId="q-1", source="spark"),
        "extractionError": f.extraction_error_run.ExtractionErrorRunFacet(totalTasks=2, failedTasks=1, errors=[f.extraction_error_run.Error(errorMessage="cannot be parsed", task="CREATE TYPE t", taskNumber=0)]),
        "jobDependencies": f.job_dependencies_run.JobDependenciesRunFacet(
            upstream=[f.job_dependencies_run.JobDependency(job=f.job_dependencies_run.JobIdentifier(namespace="airflow", name="flights.fetch"), dependency_type="DIRECT_INVOCATION")], trigger_rule="ALL_SUCCESS"
        ),
    },
)
clean_job = Job(
    namespace="airflow",
    name="flights.clean",
    facets={
        "jobType": f.job_type_job.JobTypeJobFacet(processingType="BATCH", integration="SPARK", jobType="QUERY"),
        "ownership": f.ownership_job.OwnershipJobFacet(owners=[f.ownership_job.Owner(name="team:fraud", type="MAINTAINER")]),
        "sourceCodeLocation": f.source_code_location_job.SourceCodeLocationJobFacet(
            type="git", url="https://git.example/flights/blob/main/clean.py", repoUrl="https://git.example/flights.git", version="c0ffee" * 6 + "c0ff", branch="main"
        ),
        "sql": f.sql_job.SQLJobFacet(query="INSERT INTO clean SELECT delay FROM raw", dialect="spark"),
    },
)
raw = InputDataset(
    namespace=LAKE,
    name="raw",
    facets=versioned(
        digest("a"),
        schema=f.schema_dataset.SchemaDatasetFacet(fields=[f.schema_dataset.SchemaDatasetFacetFields(name="delay", type="INT")]),
        symlinks=f.symlinks_dataset.SymlinksDatasetFacet(identifiers=[f.symlinks_dataset.Identifier(namespace="hive", name="shop.raw", type="TABLE")]),
        dataSource=f.datasource_dataset.DatasourceDatasetFacet(name=LAKE, uri=LAKE),
        storage=f.storage_dataset.StorageDatasetFacet(storageLayer="iceberg", fileFormat="parquet"),
        catalog=f.catalog_dataset.CatalogDatasetFacet(framework="iceberg", type="hive", name="shop", catalogProperties={"io-impl": "S3FileIO"}),
        hierarchy=f.hierarchy_dataset.HierarchyDatasetFacet(hierarchy=[f.hierarchy_dataset.HierarchyDatasetFacetLevel(type="TABLE", name="raw")]),
        ownership=f.ownership_dataset.OwnershipDatasetFacet(owners=[f.ownership_dataset.Owner(name="team:flights")]),
    ),
    inputFacets={
        "inputStatistics": f.input_statistics_input_dataset.InputStatisticsInputDatasetFacet(rowCount=120, size=8192, fileCount=1),
        "subset": f.base_subset_dataset.InputSubsetInputDatasetFacet(
            inputCondition=f.base_subset_dataset.PartitionSubsetCondition(partitions=[f.base_subset_dataset.Partition(identifier="p", dimensions={"day": "2026-01-01"})])
        ),
        "dataQualityMetrics": f.data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet(
            rowCount=120, columnMetrics={"delay": f.data_quality_metrics_input_dataset.ColumnMetrics(nullCount=1, min=-3.0, max=99.5)}
        ),
        "dataQualityAssertions": f.data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(
            assertions=[f.data_quality_assertions_dataset.Assertion(assertion="not_null", success=False, column="delay", severity="warn", expected="0", actual="1")]
        ),
    },
)
cleaned = OutputDataset(
    namespace=LAKE,
    name="clean",
    facets=versioned(
        digest("b"),
        columnLineage=f.column_lineage_dataset.ColumnLineageDatasetFacet(
            fields={
                "delay": f.column_lineage_dataset.Fields(
                    inputFields=[
                        f.column_lineage_dataset.InputField(
                            namespace=LAKE, name="raw", field="delay",
                            transformations=[f.column_lineage_dataset.Transformation(type="DIRECT", subtype="IDENTITY", masking=False)],
                        )
                    ]
                )
            }
        ),
        lifecycleStateChange=f.lifecycle_state_change_dataset.LifecycleStateChangeDatasetFacet(
            lifecycleStateChange=f.lifecycle_state_change_dataset.LifecycleStateChange.OVERWRITE
        ),
        tags=f.tags_dataset.TagsDatasetFacet(tags=[f.tags_dataset.TagsDatasetFacetFields(key="pii", value="false")]),
    ),
    outputFacets={
        "outputStatistics": f.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=119, size=4096),
        "subset": f.base_subset_dataset.OutputSubsetOutputDatasetFacet(
            outputCondition=f.base_subset_dataset.CompareSubsetCondition(
                left=f.base_subset_dataset.FieldBaseCompareExpression(field="delay"), right=f.base_subset_dataset.LiteralCompareExpression(value="0"), comparison="GREATER_EQUAL_THAN"
            )
        ),
    },
)
packed.emit(run_event(RunState.START, 1, clean, clean_job, inputs=[raw]))
packed.emit(run_event(RunState.COMPLETE, 9, clean, clean_job, inputs=[raw], outputs=[cleaned]))

# The same job twice with different inputs, unpacked; the end of the first one twice.
for name, letter, seconds in (("train", "b", 20), ("train-again", "d", 40)):
    runs[name] = str(uuid4())
    run = Run(
        runId=runs[name],
        facets={
            "parent": parent,
            "executionParameters": f.execution_parameters_run.ExecutionParametersRunFacet(
                parameters=[f.execution_parameters_run.ExecutionParameter(key="depth", value="6"), f.execution_parameters_run.ExecutionParameter(key="rate", value="0.1")]
            ),
            "test": f.test_run.TestRunFacet(tests=[f.test_run.TestExecution(name="auc above 0.7", status="pass", severity="error", expected="0.7", actual="0.81")]),
        },
    )
    job = Job(
        namespace="airflow",
        name="flights.train",
        facets={
            "lineage": lineage.LineageJobFacet(
                entries=[
                    lineage.LineageDatasetEntry(
                        namespace=LAKE, name="model", type="DATASET", inputs=[lineage.LineageDatasetInput(namespace=LAKE, name="clean", type="DATASET")]
                    )
                ]
            )
        },
    )
    model = OutputDataset(
        namespace=LAKE,
        name="model",
        facets=versioned(digest({"b": "c", "d": "e"}[letter]), datasetType=f.dataset_type_dataset.DatasetTypeDatasetFacet(datasetType="FILE", subType="MODEL")),
    )
    source = InputDataset(namespace=LAKE, name="clean", facets=versioned(digest(letter)))
    plain.emit(run_event(RunState.START, seconds, run, job, inputs=[source]))
    end = run_event(RunState.COMPLETE, seconds + 9, run, job, inputs=[source], outputs=[model])
    plain.emit(end)
    if name == "train":
        plain.emit(end)

# One that fails without naming its data again.
runs["failed"] = str(uuid4())
failed_job = Job(namespace="airflow", name="flights.report")
plain.emit(run_event(RunState.START, 60, Run(runId=runs["failed"]), failed_job, inputs=[InputDataset(namespace=LAKE, name="clean", facets=versioned(digest("b")))]))
plain.emit(
    run_event(
        RunState.FAIL, 65,
        Run(runId=runs["failed"], facets={"errorMessage": f.error_message_run.ErrorMessageRunFacet(message="no space left", programmingLanguage="PYTHON", stackTrace="Traceback ...")}),
        failed_job,
    )
)

# A job that only declares, and a dataset that is only described.
packed.emit(
    JobEvent(
        eventTime=at(70), producer=PRODUCER, job=Job(namespace="airflow", name="flights.planned", facets={"documentation": f.documentation_job.DocumentationJobFacet(description="Every night.")}),
        inputs=[InputDataset(namespace=LAKE, name="clean")], outputs=[OutputDataset(namespace=LAKE, name="forecast")],
    )
)
packed.emit(
    DatasetEvent(
        eventTime=at(71), producer=PRODUCER,
        dataset=StaticDataset(namespace=LAKE, name="described", facets=versioned("2026-03", documentation=f.documentation_dataset.DocumentationDatasetFacet(description="By hand."))),
    )
)

# Many at once, without waiting for answers, packed.
transport = AsyncHttpTransport(AsyncHttpConfig(url=URL, auth=AUTH, compression=HttpCompression.GZIP))
client = OpenLineageClient(transport=transport)
runs["many"] = [str(uuid4()) for _ in range(100)]
for n, run_id in enumerate(runs["many"]):
    for state, seconds in ((RunState.START, 100 + n), (RunState.COMPLETE, 101 + n)):
        client.emit(run_event(state, seconds, Run(runId=run_id), Job(namespace="airflow", name="many"), inputs=[InputDataset(namespace=LAKE, name="clean", facets=versioned(digest("b")))]))
done = client.close(timeout=60)
print(json.dumps({"runs": runs, "asynchronous": {**transport.get_stats(), "done": done}}))
