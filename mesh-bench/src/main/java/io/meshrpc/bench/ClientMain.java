package io.meshrpc.bench;

import io.meshrpc.bench.BenchPeer.ClientSetup;
import java.util.List;

/**
 * The main class of a client's JVM. Arguments: kind of peer, load in a word, whether servers will
 * fail, addresses of the servers.
 */
final class ClientMain {
  private ClientMain() {}

  /** Calls when told to, until the parent has gone. */
  public static void main(String[] args) throws Exception {
    Load load = Load.parse(args[1]);
    boolean failover = Boolean.parseBoolean(args[2]);
    ClientSetup setup =
        new ClientSetup(List.of(args).subList(3, args.length), load.payloadBytes(), failover);
    BenchPeer peer = PeerKind.valueOf(args[0]).make();
    BenchClient client = SeveralClients.connect(peer, setup, load.clients());
    Lines lines = new Lines();
    if (failover) {
      SteadyCalls calls = new SteadyCalls(client, load.threads());
      lines.ready("connected");
      lines.serve((command, argument) -> answer(calls, command));
    } else {
      LoadRun run = new LoadRun(client, load);
      lines.ready("connected");
      lines.serve((command, argument) -> {
        if (command.equals("run")) {
          return run.run(Long.parseLong(argument)).line();
        }
        throw Lines.unknown(command);
      });
    }
  }

  private static String answer(SteadyCalls calls, String command) throws Exception {
    return switch (command) {
      case "start" -> calls.start();
      case "mark" -> calls.mark();
      case "finish" -> calls.finish().line();
      default -> throw Lines.unknown(command);
    };
  }
}
