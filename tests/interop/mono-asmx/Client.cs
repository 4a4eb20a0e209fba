// Mono ASMX with the proxies of wsdl2: goes through the steps (see flat.py for the lines). Usage: Client.exe STEPS BASE_URL

using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Web.Services.Protocols;
using System.Xml;
using System.Xml.Serialization;

static class Client
{
    static readonly Dictionary<string, SoapHttpClientProtocol> proxies = new Dictionary<string, SoapHttpClientProtocol>();

    static void Main(string[] arguments)
    {
        Flat.Run(arguments[0], step => Call(step, arguments[1]));
    }

    static Lines Call(Step step, string address)
    {
        SoapHttpClientProtocol proxy;
        if (!proxies.TryGetValue(step.Path, out proxy)) {
            proxy = step.Path.Contains("CitizenMessage") ? (SoapHttpClientProtocol) new Messages.CitizenMessageService() : new Lists.CodeListService();
            proxy.Url = address + step.Path;
            proxies[step.Path] = proxy;
        }
        var headers = Flat.Tree(step.Header);
        foreach (var name in new[] { "ActiveOrganisationHeader", "RequestUserMetadataHeader" }) {
            var member = proxy.GetType().GetProperty(name);
            member.SetValue(proxy, headers.ContainsKey(name) ? Flat.Built(headers[name], member.PropertyType) : null, null);
        }
        var method = proxy.GetType().GetMethod(step.Operation);
        var body = Flat.Tree(step.Body);
        var parameters = method.GetParameters();
        var values = parameters.Select(parameter => Argument(parameter, body)).ToArray();
        var lines = new Lines();
        try {
            var answer = method.Invoke(proxy, values);
            Flat.Flatten(answer, ElementName(method.ReturnParameter), method.ReturnParameter, lines);
            for (var n = 0; n < parameters.Length; n++)
                if (parameters[n].ParameterType.IsByRef) Flat.Flatten(values[n], parameters[n].Name, parameters[n], lines);
        } catch (TargetInvocationException thrown) {
            var fault = thrown.InnerException as SoapException;
            if (fault == null || fault.Detail == null) throw;
            lines.Add("Fault.code", fault.Code.Name);
            lines.Add("Fault.text", Flat.Escape(fault.Message));
            foreach (XmlNode child in fault.Detail.FirstChild.ChildNodes)
                if (child is XmlElement) lines.Add("Fault." + child.LocalName, Flat.Escape(child.InnerText));
        }
        return lines;
    }

    static object Argument(ParameterInfo parameter, Dictionary<string, object> body)
    {
        var specified = "Specified";
        if (parameter.Name.EndsWith(specified)) return body.ContainsKey(parameter.Name.Substring(0, parameter.Name.Length - specified.Length));
        var type = parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType() : parameter.ParameterType;
        if (body.ContainsKey(parameter.Name)) return Flat.Built(body[parameter.Name], type);
        return type.IsValueType ? Activator.CreateInstance(type) : null;
    }

    // The name of the element that a return value or a member stands for.
    static string ElementName(ICustomAttributeProvider member)
    {
        var array = Flat.Attribute<XmlArrayAttribute>(member);
        var element = Flat.Attribute<XmlElementAttribute>(member);
        return array != null ? array.ElementName : element.ElementName;
    }
}
