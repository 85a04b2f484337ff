package io.meshrpc.wire;

import com.google.protobuf.ByteString;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import io.meshrpc.proto.v1.Entry;
import io.meshrpc.proto.v1.Load;
import io.meshrpc.proto.v1.Method;
import io.meshrpc.proto.v1.Service;
import java.nio.ByteBuffer;
import java.util.List;

/** The same batch as an object of the generated classes, which judge the codec. */
final class Twin {
  private Twin() {}

  static io.meshrpc.proto.v1.Batch of(Batch batch) {
    var twin = io.meshrpc.proto.v1.Batch.newBuilder();
    twin.setSession(batch.session()).setAckBelow(batch.ackBelow());
    LoadReport load = batch.load();
    if (load != null) {
      twin.setLoad(Load.newBuilder()
          .setQueued(load.queued())
          .setRunning(load.running())
          .setWorkers(load.workers())
          .setOldestWaitMs(load.oldestWaitMs())
          .setCompleted(load.completed())
          .setUptimeMs(load.uptimeMs())
          .setRefusedPermille(load.refusedPermille())
          .setLatencyUs(load.latencyUs()));
    }
    batch.packets().forEach(packet -> add(twin, packet));
    return twin.build();
  }

  private static void add(io.meshrpc.proto.v1.Batch.Builder twin, Packet packet) {
    if (packet instanceof Hello p) {
      twin.addHelloBuilder()
          .setNodeId(bytes(p.nodeId()))
          .setEpoch(p.epoch())
          .setVersionMin(p.versionMin())
          .setVersionMax(p.versionMax())
          .setFeatures(p.features())
          .setName(p.name())
          .setResponseBytesMax(p.responseBytesMax());
    } else if (packet instanceof Welcome p) {
      twin.addWelcomeBuilder()
          .setNodeId(bytes(p.nodeId()))
          .setEpoch(p.epoch())
          .setSession(p.session())
          .setVersion(p.version())
          .setFeatures(p.features())
          .setName(p.name())
          .addAllService(p.services().stream().map(Twin::service).toList())
          .setRequestBytesMax(p.requestBytesMax())
          .setMetadataBytesMax(p.metadataBytesMax())
          .setUptimeMs(p.uptimeMs())
          .setDraining(p.draining());
    } else if (packet instanceof Refusal p) {
      twin.addRefusalBuilder()
          .setReason(io.meshrpc.proto.v1.Refusal.Reason.valueOf(p.reason().name()))
          .setText(p.text())
          .setVersionMin(p.versionMin())
          .setVersionMax(p.versionMax())
          .setRetryAfterMs(p.retryAfterMs())
          .setEpoch(p.epoch());
    } else if (packet instanceof Request p) {
      twin.addRequestBuilder()
          .setSeq(p.seq())
          .setMethod(p.method())
          .setAttempt(p.attempt())
          .setTimeLeftUs(p.timeLeftUs())
          .setPriority(io.meshrpc.proto.v1.Priority.valueOf(p.priority().name()))
          .setIdempotent(p.idempotent())
          .setRepeat(p.repeat())
          .addAllMetadata(entries(p.metadata()))
          .setPayload(ByteString.copyFrom(p.payload()))
          .setAnnounceStart(p.announceStart());
    } else if (packet instanceof Response p) {
      String execution = p.execution().name();
      twin.addResponseBuilder()
          .setSeq(p.seq())
          .setAttempt(p.attempt())
          .setExecution(io.meshrpc.proto.v1.Execution.valueOf(
              execution.equals("UNKNOWN") ? "EXECUTION_UNKNOWN" : execution))
          .setCode(p.code().number())
          .setReason(io.meshrpc.proto.v1.Response.Reason.valueOf(p.reason().name()))
          .setText(p.text())
          .setPushbackMs(p.pushbackMs())
          .setQueueUs(p.queueUs())
          .setServiceUs(p.serviceUs())
          .setUsualServiceUs(p.usualServiceUs())
          .addAllMetadata(entries(p.metadata()))
          .setPayload(ByteString.copyFrom(p.payload()));
    } else if (packet instanceof Cancel p) {
      twin.addCancelBuilder()
          .setSeq(p.seq())
          .setAttempt(p.attempt())
          .setOnlyIfQueued(p.onlyIfQueued());
    } else if (packet instanceof Cancelled p) {
      String stage = p.stage().name();
      twin.addCancelledBuilder()
          .setSeq(p.seq())
          .setAttempt(p.attempt())
          .setStage(io.meshrpc.proto.v1.Cancelled.Stage.valueOf(
              stage.equals("UNKNOWN") ? "STAGE_UNKNOWN" : stage));
    } else if (packet instanceof Probe p) {
      twin.addProbeBuilder().setId(p.id()).setMethod(p.method());
    } else if (packet instanceof ProbeReply p) {
      twin.addProbeReplyBuilder()
          .setId(p.id())
          .setMethod(p.method())
          .setUsualServiceUs(p.usualServiceUs());
    } else if (packet instanceof Ping p) {
      twin.addPingBuilder().setId(p.id());
    } else if (packet instanceof Pong p) {
      twin.addPongBuilder().setId(p.id());
    } else if (packet instanceof Goaway p) {
      twin.addGoawayBuilder().setText(p.text()).setGraceMs(p.graceMs());
    } else if (packet instanceof Started p) {
      twin.addStartedBuilder().setSeq(p.seq()).setAttempt(p.attempt());
    }
  }

  private static Service service(ServiceEntry service) {
    Service.Builder twin = Service.newBuilder().setName(service.name());
    for (MethodEntry method : service.methods()) {
      twin.addMethod(Method.newBuilder().setName(method.name()).setNumber(method.number()));
    }
    return twin.build();
  }

  private static List<Entry> entries(Metadata metadata) {
    return metadata.entries().stream()
        .map(entry -> Entry.newBuilder()
            .setKey(entry.key())
            .setValue(ByteString.copyFrom(entry.value()))
            .build())
        .toList();
  }

  private static ByteString bytes(NodeId id) {
    ByteBuffer buffer =
        ByteBuffer.allocate(16).putLong(id.high()).putLong(id.low()).flip();
    return ByteString.copyFrom(buffer);
  }
}
