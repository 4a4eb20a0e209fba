// The WCF channel of Mono with the classes of xsd: goes through the steps (see flat.py for the lines). Usage: Client.exe STEPS BASE_URL

using System;
using System.Collections.Generic;
using System.Reflection;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.Xml;
using System.Xml.Serialization;

static class Client
{
    static readonly Dictionary<string, IRequestChannel> channels = new Dictionary<string, IRequestChannel>();

    static void Main(string[] arguments)
    {
        var binding = new BasicHttpBinding { MaxReceivedMessageSize = 1 << 24, MaxBufferSize = 1 << 24 };
        binding.ReaderQuotas = XmlDictionaryReaderQuotas.Max;
        var factory = binding.BuildChannelFactory<IRequestChannel>();
        factory.Open();
        Flat.Run(arguments[0], step => Call(factory, step, arguments[1]));
    }

    static Lines Call(IChannelFactory<IRequestChannel> factory, Step step, string address)
    {
        IRequestChannel channel;
        if (!channels.TryGetValue(step.Path, out channel)) {
            channel = factory.CreateChannel(new EndpointAddress(address + step.Path));
            channel.Open();
            channels[step.Path] = channel;
        }
        var service = step.Path.Contains("CitizenMessage") ? "2/CitizenMessageService" : "5/CodeListService";
        var body = Flat.Built(Flat.Tree(step.Body), Wire(step.Operation + "RequestType"));
        var message = Message.CreateMessage(MessageVersion.Soap11, "http://service.bm.dk/pjaktass/" + service + "#" + step.Operation, new Body(body));
        foreach (var header in Flat.Tree(step.Header)) message.Headers.Add(new Header(header.Key, Flat.Built(header.Value, Wire(header.Key + "Type"))));
        var reply = channel.Request(message);
        var lines = new Lines();
        if (reply.IsFault) {
            var fault = MessageFault.CreateFault(reply, 1 << 16);
            lines.Add("Fault.code", fault.Code.Name);
            lines.Add("Fault.text", Flat.Escape(fault.Reason.GetMatchingTranslation().Text));
            Flat.Flatten(new XmlSerializer(Wire("FaultDetailsType")).Deserialize(fault.GetReaderAtDetailContents()), "Fault", null, lines);
        } else {
            var answer = new XmlSerializer(Wire(step.Operation + "ResponseType")).Deserialize(reply.GetReaderAtBodyContents());
            Flat.Flatten(answer, "", null, lines);
        }
        return lines;
    }

    static Type Wire(string name)
    {
        return Assembly.GetExecutingAssembly().GetType("Wire." + name, true);
    }

    class Body : BodyWriter
    {
        readonly object content;

        public Body(object content) : base(true) { this.content = content; }

        protected override void OnWriteBodyContents(XmlDictionaryWriter writer)
        {
            new XmlSerializer(content.GetType()).Serialize(writer, content);
        }
    }

    class Header : MessageHeader
    {
        readonly string name;
        readonly XmlDocument content = new XmlDocument();

        public Header(string name, object value)
        {
            this.name = name;
            using (var writer = content.CreateNavigator().AppendChild()) new XmlSerializer(value.GetType()).Serialize(writer, value);
        }

        public override string Name { get { return name; } }
        public override string Namespace { get { return content.DocumentElement.NamespaceURI; } }

        protected override void OnWriteHeaderContents(XmlDictionaryWriter writer, MessageVersion version)
        {
            foreach (XmlNode child in content.DocumentElement.ChildNodes) child.WriteTo(writer);
        }
    }
}
