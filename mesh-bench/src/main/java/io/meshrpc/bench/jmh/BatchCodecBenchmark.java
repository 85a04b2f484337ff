package io.meshrpc.bench.jmh;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.MalformedBatchException;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A batch to bytes and back; the time is of the whole batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up
public class BatchCodecBenchmark {
  /** Requests or responses in the batch. */
  @Param({"1", "32"})
  public int packets;

  /** Bytes of each payload. */
  @Param({"16", "1024"})
  public int payloadBytes;

  private Batch requests;
  private Batch responses;
  private byte[] requestBytes;
  private byte[] responseBytes;

  /** Makes the batches. */
  @Setup
  public void fill() {
    List<Packet> asked = new ArrayList<>();
    List<Packet> answered = new ArrayList<>();
    byte[] payload = new byte[payloadBytes];
    for (int i = 0; i < packets; i++) {
      asked.add(new Request(
          100_000 + i, 1, 1, 9_999_000, Priority.NORMAL, true, false, Metadata.EMPTY, payload));
      answered.add(new Response(
          100_000 + i,
          1,
          Execution.EXECUTED,
          Code.OK,
          Reason.HANDLER,
          "",
          0,
          15,
          40,
          42,
          Metadata.EMPTY,
          payload));
    }
    LoadReport load = new LoadReport(3, 5, 64, 1, 1_000_000, 3_600_000, 0, 0);
    requests = new Batch(0x1234_5678_9abc_def0L, 99_000, null, asked);
    responses = new Batch(0x1234_5678_9abc_def0L, 0, load, answered);
    requestBytes = BatchCodec.encode(requests);
    responseBytes = BatchCodec.encode(responses);
  }

  /** Requests to bytes. */
  @Benchmark
  public byte[] encodeRequests() {
    return BatchCodec.encode(requests);
  }

  /** Bytes to requests. */
  @Benchmark
  public Batch decodeRequests() throws MalformedBatchException {
    return BatchCodec.decode(requestBytes);
  }

  /** Responses to bytes. */
  @Benchmark
  public byte[] encodeResponses() {
    return BatchCodec.encode(responses);
  }

  /** Bytes to responses. */
  @Benchmark
  public Batch decodeResponses() throws MalformedBatchException {
    return BatchCodec.decode(responseBytes);
  }
}
