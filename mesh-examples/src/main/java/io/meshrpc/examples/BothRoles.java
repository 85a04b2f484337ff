package io.meshrpc.examples;

import io.meshrpc.MeshClient;
import io.meshrpc.MeshServer;
import java.util.ArrayList;
import java.util.List;

/**
 * Client and server are roles in a call, not machines: three nodes, each of which serves, and calls
 * the other two. They could as well be three processes.
 */
final class BothRoles {
  private BothRoles() {}

  /** Runs the example. */
  public static void main(String[] args) {
    List<Node> nodes = new ArrayList<>();
    try {
      for (String name : List.of("anna", "bert", "cleo")) {
        nodes.add(new Node(name));
      }
      for (Node node : nodes) {
        nodes.stream().filter(other -> other != node).forEach(node::meet);
      }
      nodes.forEach(Node::greetOthers);
    } finally {
      nodes.forEach(Node::close);
    }
  }

  /** One node in both roles. */
  private static final class Node implements AutoCloseable {
    private final String name;
    private final MeshServer server;
    private final MeshClient mesh;

    Node(String name) {
      this.name = name;
      server = MeshServer.builder()
          .bind("tcp://127.0.0.1:*")
          .name(name)
          .addService(GreeterMesh.bind(this::answer))
          .build()
          .start();
      mesh = MeshClient.builder().name(name).build();
    }

    /** Servers may come and go while the client runs. */
    void meet(Node other) {
      mesh.connect(other.server.endpoint());
    }

    void greetOthers() {
      HelloRequest request = HelloRequest.newBuilder().setName(name).build();
      GreeterMesh.Client greeter = GreeterMesh.client(mesh);
      for (int i = 0; i < 3; i++) {
        System.out.println(name + " hears: " + greeter.sayHello(request).getText());
      }
    }

    @Override
    public void close() {
      mesh.close();
      server.close();
    }

    private HelloReply answer(HelloRequest request) {
      return HelloReply.newBuilder()
          .setText("Hello, " + request.getName() + ", " + name + " speaking")
          .build();
    }
  }
}
